package snowflake

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

var policyFacts = []state.FactKind{state.FactPolicy, state.FactMask, state.FactBinding}

func (s *snapshot) readPolicies(ctx context.Context) error {
	l := show{what: "masking policies", kind: "MASKING POLICIES", paged: true, facts: policyFacts}
	return s.each(ctx, l, func(r *answer, i int) {
		on := state.Securable{Kind: state.KindMaskingPolicy, Catalog: r.text(i, "DATABASE_NAME"), Schema: r.text(i, "SCHEMA_NAME"), Name: r.text(i, "NAME")}
		s.object(on, state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON")})
		s.mu.Lock()
		s.policies[on] = listed{r.text(i, "COMMENT"), exempt(r.text(i, "OPTIONS"))}
		s.mu.Unlock()
	})
}

// listed is what the listing says of a policy.
type listed struct {
	comment string
	exempt  bool
}

// exempt reports whether the options of a policy let others look at what it masks. Accounts write true with quotes or
// without; what is no JSON says nothing.
func exempt(options string) bool {
	var said map[string]any
	if json.Unmarshal([]byte(options), &said) != nil {
		return false
	}
	return strings.EqualFold(fmt.Sprint(said["EXEMPT_OTHER_POLICIES"]), "true")
}

// reference is one place a policy is attached to: a tag, or a column.
type reference struct {
	policy state.Securable
	tag    state.Securable // zero for a policy on a column itself
	column state.Securable // zero for one on a tag
	using  []string        // the sibling columns, where the account says
	said   bool            // whether it says
}

const referenceColumns = "POLICY_DB, POLICY_SCHEMA, POLICY_NAME, POLICY_KIND, REF_DATABASE_NAME, REF_SCHEMA_NAME, REF_ENTITY_NAME, REF_ENTITY_DOMAIN, REF_COLUMN_NAME, REF_ARG_COLUMN_NAMES, TAG_DATABASE, TAG_SCHEMA, TAG_NAME"

// readReferences asks where each policy is attached, and each tag which policies it has: a policy that sits on a tag
// is not always listed by the policy's own references before a column carries the tag. Then it reads the policies
// that matter.
func (s *snapshot) readReferences(ctx context.Context) error {
	var found []reference
	take := func(r *answer, i int) {
		if ref, ok := referenceOf(r, i); ok {
			found = append(found, ref)
		}
	}
	var byPolicy, byTag []branch
	for _, p := range sortedKeys(s.policies) {
		byPolicy = append(byPolicy, referenceBranch(p, "POLICY_NAME => ", ""))
	}
	if len(byPolicy) > 0 {
		for _, t := range s.tags {
			byTag = append(byTag, referenceBranch(t, "REF_ENTITY_NAME => ", ", REF_ENTITY_DOMAIN => 'TAG'"))
		}
		slices.SortFunc(byTag, func(a, b branch) int { return a.on.Compare(b.on) })
	}
	tasks := s.batches("read where policies are attached", byPolicy, take, policyFacts...)
	tasks = append(tasks, s.batches("read which policies tags have", byTag, take, policyFacts...)...)
	if err := s.run(ctx, tasks); err != nil {
		return err
	}
	return s.readBodies(ctx, s.matter(found), found)
}

func referenceBranch(on state.Securable, argument, more string) branch {
	name, _ := dialect.Quoted(on)
	literal, _ := dialect.Literal(name)
	database, _ := dialect.Quoted(state.Securable{Kind: state.KindCatalog, Catalog: on.Catalog})
	if on.Kind == state.KindMaskingPolicy {
		on = account // where a policy is attached that does not say so, nobody knows
	}
	return branch{on, "SELECT " + referenceColumns + " FROM TABLE(" + database + ".INFORMATION_SCHEMA.POLICY_REFERENCES(" + argument + literal + more + "))"}
}

// referenceOf reads a row in either of the shapes in which an account tells of a policy on a tag: the tag as the
// entity, or a column with the tag beside it.
func referenceOf(r *answer, i int) (reference, bool) {
	if k := r.text(i, "POLICY_KIND"); k != "" && k != "MASKING_POLICY" {
		return reference{}, false
	}
	ref := reference{policy: state.Securable{Kind: state.KindMaskingPolicy, Catalog: r.text(i, "POLICY_DB"), Schema: r.text(i, "POLICY_SCHEMA"), Name: r.text(i, "POLICY_NAME")}}
	entity := state.Securable{Catalog: r.text(i, "REF_DATABASE_NAME"), Schema: r.text(i, "REF_SCHEMA_NAME"), Name: r.text(i, "REF_ENTITY_NAME")}
	switch {
	case strings.EqualFold(r.text(i, "REF_ENTITY_DOMAIN"), "TAG"):
		ref.tag = entity
		ref.tag.Kind = state.KindTag
	case r.text(i, "TAG_NAME") != "":
		ref.tag = state.Securable{Kind: state.KindTag, Catalog: r.text(i, "TAG_DATABASE"), Schema: r.text(i, "TAG_SCHEMA"), Name: r.text(i, "TAG_NAME")}
	case r.text(i, "REF_COLUMN_NAME") != "":
		ref.column = entity
		ref.column.Kind, ref.column.Column = state.KindColumn, r.text(i, "REF_COLUMN_NAME")
		ref.using, ref.said = argumentColumns(r.text(i, "REF_ARG_COLUMN_NAMES"), ref.column.Column)
	default:
		return reference{}, false
	}
	return ref, true
}

// argumentColumns reads a list such as [ "COUNTRY" ]; some accounts give NULL for masking policies, some put the
// masked column itself first.
func argumentColumns(text, masked string) ([]string, bool) {
	var names []string
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, false
	}
	if len(names) > 0 && names[0] == masked {
		names = names[1:]
	}
	return names, true
}

// matter returns the policies whose bodies are read: those attached in scope and those of the home schema.
func (s *snapshot) matter(found []reference) []state.Securable {
	set := map[state.Securable]bool{}
	for _, r := range found {
		if r.column == (state.Securable{}) || s.scope.Covers(r.column) {
			set[r.policy] = true
		}
	}
	for p := range s.policies {
		if p.Catalog == s.scope.Home.Catalog && p.Schema == s.scope.Home.Schema {
			set[p] = true
		}
	}
	return sortedKeys(set)
}

func (s *snapshot) readBodies(ctx context.Context, policies []state.Securable, found []reference) error {
	bodies := make([]*state.MaskingPolicy, len(policies))
	tasks := make([]task, 0, len(policies))
	loaded, err := s.loadBodies(ctx, policies)
	if err != nil {
		return err
	}
	for i, p := range policies {
		if bodies[i] = loaded[p]; bodies[i] != nil {
			s.put(state.Key{Fact: state.FactPolicy, On: p}, bodies[i])
			continue
		}
		tasks = append(tasks, func(ctx context.Context) error {
			read, err := s.describe(ctx, p)
			if err != nil {
				return s.failed(ctx, p, err, policyFacts...)
			}
			bodies[i] = read
			s.put(state.Key{Fact: state.FactPolicy, On: p}, read)
			return nil
		})
	}
	if err := s.run(ctx, tasks); err != nil {
		return err
	}
	known := map[state.Securable]*state.MaskingPolicy{}
	for i, p := range policies {
		known[p] = bodies[i]
	}
	for _, r := range found {
		s.attach(r, known[r.policy])
	}
	return nil
}

// attach states where a policy sits. Of one whose type could not be read, it is not known which binding of its tag
// it is.
func (s *snapshot) attach(r reference, p *state.MaskingPolicy) {
	if r.column != (state.Securable{}) {
		if !s.scope.Covers(r.column) {
			return
		}
		mask := state.Mask{Policy: r.policy, Using: r.using}
		if !r.said && p != nil {
			mask.Using = p.Args // the account does not say; our own masks take columns of the arguments' names
		}
		s.put(state.Key{Fact: state.FactMask, On: r.column}, mask)
		return
	}
	if p == nil {
		s.unknown(r.tag, "the type of "+r.policy.String()+", which masks by it, could not be read", state.FactBinding)
		return
	}
	s.put(state.Key{Fact: state.FactBinding, On: r.tag, Name: string(p.Family)}, state.Mask{Policy: r.policy})
}

func (s *snapshot) describe(ctx context.Context, on state.Securable) (*state.MaskingPolicy, error) {
	name, err := dialect.Quoted(on)
	if err != nil {
		return nil, err
	}
	r, err := s.query(ctx, "read "+on.String(), "DESCRIBE MASKING POLICY "+name)
	if err != nil {
		return nil, err
	}
	if len(r.rows) != 1 {
		return nil, fmt.Errorf("read %s: %d rows came back", on, len(r.rows))
	}
	body, shown := r.cell(0, "BODY")
	if !shown {
		return nil, fmt.Errorf("read %s: its body is not shown to role %s", on, s.who.role)
	}
	return s.maskingPolicy(on, r.text(0, "SIGNATURE"), r.text(0, "RETURN_TYPE"), body), nil
}

// maskingPolicy makes a policy of what the account says of it.
func (s *snapshot) maskingPolicy(on state.Securable, signature, returns, body string) *state.MaskingPolicy {
	p := &state.MaskingPolicy{Name: on, Family: family(returns), Opaque: true, Body: strings.TrimSpace(body), Comment: s.policies[on].comment, Exempt: s.policies[on].exempt}
	signature = strings.TrimSpace(signature)
	for i, a := range splitArguments(strings.TrimSuffix(strings.TrimPrefix(signature, "("), ")")) {
		if i > 0 {
			p.Args, p.ArgType = append(p.Args, a.name), append(p.ArgType, family(a.typ))
		}
	}
	return p
}
