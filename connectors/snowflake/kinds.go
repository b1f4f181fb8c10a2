package snowflake

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// kindListing is how SHOW lists a kind that is listed only when somebody asks for it. What is not listed so is still
// known where somebody holds something on it.
type kindListing struct {
	plural   string
	routine  bool // the name is in the column arguments, and the database in catalog_name
	database bool // it lives in a schema; else in the account
}

// kindListings are of Snowflake's SHOW pages, checked November 2026.
var kindListings = map[state.Kind]kindListing{
	state.KindStage: {"STAGES", false, true}, state.KindSequence: {"SEQUENCES", false, true}, state.KindFileFormat: {"FILE FORMATS", false, true},
	state.KindStream: {"STREAMS", false, true}, state.KindTask: {"TASKS", false, true}, state.KindPipe: {"PIPES", false, true}, state.KindSecret: {"SECRETS", false, true},
	state.KindAlert: {"ALERTS", false, true}, state.KindStreamlit: {"STREAMLITS", false, true}, state.KindNotebook: {"NOTEBOOKS", false, true}, state.KindModel: {"MODELS", false, true},
	state.KindFunction: {"USER FUNCTIONS", true, true}, state.KindProcedure: {"USER PROCEDURES", true, true}, state.KindRowPolicy: {"ROW ACCESS POLICIES", false, true},
	state.KindIntegration: {"INTEGRATIONS", false, false}, state.KindResourceMonitor: {"RESOURCE MONITORS", false, false}, state.KindComputePool: {"COMPUTE POOLS", false, false},
	state.KindNetworkPolicy: {"NETWORK POLICIES", false, false}, state.KindExternalVolume: {"EXTERNAL VOLUMES", false, false}, state.KindConnection: {"CONNECTIONS", false, false},
}

// kindTasks lists the kinds that the scope asks for.
func (s *snapshot) kindTasks() []task {
	var tasks []task
	for _, k := range slices.Compact(slices.Sorted(slices.Values(s.scope.Kinds))) {
		l, listed := kindListings[k]
		switch {
		case !listed:
		case l.database:
			tasks = append(tasks, func(ctx context.Context) error { return s.readKind(ctx, k, l) })
		default:
			tasks = append(tasks, func(ctx context.Context) error { return s.readAccountKind(ctx, k, l) })
		}
	}
	return tasks
}

// kindFacts are what cannot be told of things that a listing may have left out.
var kindFacts = []state.FactKind{state.FactGrant, state.FactOwner}

func (s *snapshot) readKind(ctx context.Context, kind state.Kind, l kindListing) error {
	return s.each(ctx, show{what: strings.ToLower(l.plural), kind: l.plural, scope: true, facts: kindFacts}, func(r *answer, i int) {
		on := state.Securable{Kind: kind, Catalog: r.text(i, "DATABASE_NAME"), Schema: r.text(i, "SCHEMA_NAME"), Name: r.text(i, "NAME")}
		if l.routine {
			on.Catalog, on.Name = r.text(i, "CATALOG_NAME"), routineName(r.text(i, "NAME"), r.text(i, "ARGUMENTS"))
		}
		if on.Schema == "INFORMATION_SCHEMA" || on.Name == "" || !slices.Contains(s.catalogs, on.Catalog) || !s.scope.Covers(on) {
			return
		}
		s.listed(on, r, i)
	})
}

func (s *snapshot) readAccountKind(ctx context.Context, kind state.Kind, l kindListing) error {
	r, err := s.query(ctx, "list "+strings.ToLower(l.plural), "SHOW "+l.plural)
	if err != nil {
		return s.failed(ctx, account, err, kindFacts...)
	}
	if len(r.rows) >= s.a.opt.rows {
		s.unknown(account, fmt.Sprintf("the list of %s was cut at %d", strings.ToLower(l.plural), s.a.opt.rows), kindFacts...)
	}
	r.each(func(r *answer, i int) {
		if name := r.text(i, "NAME"); name != "" {
			s.listed(state.Securable{Kind: kind, Name: name}, r, i)
		}
	})
	return nil
}

// listed adds an object. Not every listing says who owns what it lists; the list of grants does.
func (s *snapshot) listed(on state.Securable, r *answer, i int) {
	o := state.Object{Owner: owner(r, i), Comment: r.text(i, "COMMENT"), Identity: r.text(i, "CREATED_ON")}
	if on.Kind == state.KindStage {
		o.Sort = stageSort(r.text(i, "TYPE"))
	}
	s.object(on, o)
}

// stageSort tells from the type in a list of stages, such as INTERNAL NO CSE, where a stage's files lie.
func stageSort(typ string) string {
	word, _, _ := strings.Cut(strings.ToLower(typ), " ")
	if word == "internal" || word == "external" {
		return word
	}
	return ""
}

// routineName takes the argument types from a cell such as F(NUMBER, VARCHAR) RETURN NUMBER. Arguments that may be left
// out stand in square brackets.
func routineName(name, arguments string) string {
	open := strings.IndexByte(arguments, '(')
	if open < 0 {
		return ""
	}
	depth := 0
	for i, c := range arguments[open:] {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		}
		if depth == 0 {
			types := strings.NewReplacer("[", "", "]", "").Replace(arguments[open+1 : open+i])
			fold := dialect.Dialect{}.FoldPart(state.Part{Text: "F(" + types + ")"})
			return name + strings.TrimPrefix(fold, "F")
		}
	}
	return ""
}

// everybodyTasks reads what users hold themselves and what shares were given, which no list of roles tells.
func (s *snapshot) everybodyTasks() []task {
	if !s.scope.All || !s.scope.Wants(state.FactGrant) {
		return nil
	}
	tasks := []task{s.readShares}
	s.mu.Lock()
	defer s.mu.Unlock()
	for on := range s.st.Objects {
		if on.Kind == state.KindUser && !s.bulk && !slices.Contains(s.scope.Roles, on) { // in bulk, a view has all
			tasks = append(tasks, func(ctx context.Context) error { return s.readPrivileges(ctx, principal{on: on}) })
		}
	}
	return tasks
}

// sharedOut is why what a share was given stays: other accounts read it, and it is set with the share.
const sharedOut = "given to a share, which polsync lists and does not change"

func (s *snapshot) readShares(ctx context.Context) error {
	r, err := s.query(ctx, "list shares", "SHOW SHARES")
	if err != nil {
		return s.failed(ctx, account, err, state.FactGrant)
	}
	if len(r.rows) >= s.a.opt.rows {
		s.unknown(account, fmt.Sprintf("the list of shares was cut at %d", s.a.opt.rows), state.FactGrant)
	}
	for i := range r.rows {
		if !strings.EqualFold(r.text(i, "KIND"), "OUTBOUND") {
			continue
		}
		parts := splitName(r.text(i, "NAME"))
		share := state.Securable{Kind: state.KindShare, Name: parts[len(parts)-1]} // older accounts print the account before it
		if err := s.readShare(ctx, share); err != nil {
			return err
		}
	}
	return nil
}

func (s *snapshot) readShare(ctx context.Context, share state.Securable) error {
	name, err := dialect.Quoted(share)
	if err != nil {
		return s.failed(ctx, share, err, state.FactGrant)
	}
	r, err := s.query(ctx, "list what "+share.String()+" was given", "SHOW GRANTS TO SHARE "+name)
	if err != nil {
		return s.failed(ctx, share, err, state.FactGrant)
	}
	s.object(share, state.Object{})
	s.readNow(share)
	r.each(func(r *answer, i int) {
		on, ok := securable(kindWord(r.text(i, "GRANTED_ON")), r.text(i, "NAME"))
		if on = s.asKnown(on); !ok || !s.scope.Covers(on) || s.foreign(on) {
			return
		}
		k := state.Key{Fact: state.FactGrant, On: on, With: share, Name: r.text(i, "PRIVILEGE")}
		s.putGrant(k, false)
		s.fixed(k, sharedOut)
	})
	return nil
}

// fixed marks a grant that polsync cannot take away.
func (s *snapshot) fixed(k state.Key, reason string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.st.Fixed[k] = reason
}
