package dialect

import (
	"errors"
	"fmt"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// maxPairs is how many (tag, column) pairs one ALTER TABLE may carry; Snowflake's object tagging page, checked
// November 2026.
const maxPairs = 100

// Compile implements plan.Dialect.
func (d Dialect) Compile(phase plan.Phase, changes []plan.Change) ([]plan.Step, error) {
	c := &compiler{phase: phase}
	for i := 0; i < len(changes); {
		n := c.batch(changes[i:])
		if err := c.compile(changes[i : i+n]); err != nil {
			var u *plan.UnsupportedError
			if errors.As(err, &u) {
				return nil, err
			}
			return nil, &plan.UnsupportedError{Change: changes[i], Reason: err.Error()}
		}
		i += n
	}
	return c.steps, nil
}

type compiler struct {
	phase plan.Phase
	steps []plan.Step
}

// batch returns how many of the first changes one statement can make.
func (c *compiler) batch(changes []plan.Change) int {
	n := 1
	if first := changes[0]; first.Key.Fact == state.FactTag && first.Want != nil && !first.Want.(state.Tag).AnyValue {
		for n < len(changes) && changes[n].Key.Fact == state.FactAllowedValue && changes[n].Key.On == first.Key.On && changes[n].Want != nil && listBegins(first) {
			n++
		}
		return n
	}
	for n < len(changes) && n < maxPairs && together(changes[0], changes[n]) {
		n++
	}
	return n
}

// together reports whether two changes fit into one statement.
func together(a, b plan.Change) bool {
	if a.Key.Fact != b.Key.Fact || (a.Want == nil) != (b.Want == nil) {
		return false
	}
	switch a.Key.Fact {
	case state.FactTagged, state.FactMask:
		return a.Key.On.Kind == b.Key.On.Kind && (a.Key.On.Kind == state.KindColumn && a.Key.On.Table() == b.Key.On.Table() || a.Key.On == b.Key.On)
	case state.FactAllowedValue:
		return a.Key.On == b.Key.On
	case state.FactGrant:
		return a.Key.On == b.Key.On && a.Key.With == b.Key.With && a.Key.Future == b.Key.Future && a.Want == b.Want && a.Was == nil && b.Was == nil ||
			a.Want == nil && a.Key.On == b.Key.On && a.Key.With == b.Key.With && a.Key.Future == b.Key.Future
	}
	return false
}

func (c *compiler) compile(changes []plan.Change) error {
	if listBegins(changes[0]) {
		return c.beginList(changes)
	}
	b := new(builder)
	var comment string
	var err error
	switch first := changes[0]; first.Key.Fact {
	case state.FactTagged:
		comment, err = tagged(b, changes)
	case state.FactMask:
		comment, err = masked(b, changes)
	case state.FactAllowedValue:
		comment, err = allowed(b, changes)
	case state.FactTag:
		comment, err = tag(b, first)
	case state.FactPolicy:
		comment, err = policy(b, first)
	case state.FactBinding:
		comment, err = binding(b, first)
	case state.FactRole:
		comment, err = role(b, first)
	case state.FactMember:
		comment, err = member(b, first)
	case state.FactGrant:
		comment, err = grant(b, changes)
	default:
		err = fmt.Errorf("%s cannot be changed on Snowflake by this version", first.Key.Fact)
	}
	if err != nil {
		return err
	}
	sql, err := b.done()
	if err != nil {
		return err
	}
	c.steps = append(c.steps, plan.Step{Phase: c.phase, Changes: changes, Statements: []plan.Statement{{SQL: sql, Comment: comment, Idempotent: idempotent(changes[0])}}})
	return nil
}

// idempotent reports whether the statement may be sent twice: everything that sets, but not what creates or drops.
func idempotent(c plan.Change) bool {
	switch c.Key.Fact {
	case state.FactTag, state.FactPolicy, state.FactRole:
		return c.Was != nil && c.Want != nil
	case state.FactMask, state.FactBinding:
		return c.Want != nil
	case state.FactAllowedValue:
		return false
	}
	return true
}

// keywords are the words ALTER and GRANT want for a kind.
var keywords = map[state.Kind]string{
	state.KindAccount: "ACCOUNT", state.KindCatalog: "DATABASE", state.KindSchema: "SCHEMA", state.KindTable: "TABLE", state.KindView: "VIEW", state.KindMaterializedView: "MATERIALIZED VIEW",
	state.KindDynamicTable: "DYNAMIC TABLE", state.KindExternalTable: "EXTERNAL TABLE", state.KindStage: "STAGE", state.KindFunction: "FUNCTION", state.KindProcedure: "PROCEDURE",
	state.KindSequence: "SEQUENCE", state.KindStream: "STREAM", state.KindTask: "TASK", state.KindPipe: "PIPE", state.KindFileFormat: "FILE FORMAT", state.KindModel: "MODEL",
	state.KindWarehouse: "WAREHOUSE", state.KindIntegration: "INTEGRATION", state.KindTag: "TAG", state.KindMaskingPolicy: "MASKING POLICY", state.KindRole: "ROLE", state.KindDatabaseRole: "DATABASE ROLE", state.KindUser: "USER",
}

// alterWord returns the word for ALTER: views of all sorts are VIEW there, external tables TABLE.
func alterWord(k state.Kind) string {
	switch k {
	case state.KindMaterializedView:
		return "VIEW"
	case state.KindExternalTable, state.KindColumn:
		return "TABLE"
	}
	return keywords[k]
}

// alter begins an ALTER of what the changes stand on. A column's relation is altered as a table, which Snowflake takes
// for views too where tags and policies are concerned.
func alter(b *builder, on state.Securable) error {
	word := alterWord(on.Kind)
	if word == "" {
		return fmt.Errorf("a %s cannot carry this on Snowflake", on.Kind)
	}
	b.raw("ALTER ", word, " ").on(on.Table())
	return nil
}

// columns writes one action for each column of a table: MODIFY COLUMN a ..., COLUMN b ...
func columns(b *builder, changes []plan.Change, each func(plan.Change)) {
	for i, c := range changes {
		switch {
		case i == 0:
			b.raw(" MODIFY COLUMN ")
		default:
			b.raw(", COLUMN ")
		}
		b.name(c.Key.On.Column)
		each(c)
	}
}

func tagged(b *builder, changes []plan.Change) (string, error) {
	on := changes[0].Key.On
	if err := alter(b, on); err != nil {
		return "", err
	}
	one := func(c plan.Change) {
		if c.Want == nil {
			b.raw(" UNSET TAG ").on(c.Key.With)
			return
		}
		b.raw(" SET TAG ").on(c.Key.With).raw(" = ").literal(string(c.Want.(state.Text)))
	}
	verb := map[bool]string{true: "unset", false: "set"}[changes[0].Want == nil]
	comment := fmt.Sprintf("%s %s on %s", verb, plural(len(changes), "tag"), on.Table())
	if on.Kind == state.KindColumn {
		columns(b, changes, one)
		return comment, nil
	}
	one(changes[0])
	for _, c := range changes[1:] {
		b.raw(", ").on(c.Key.With)
		if c.Want != nil {
			b.raw(" = ").literal(string(c.Want.(state.Text)))
		}
	}
	return comment, nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// masked sets or takes off masks of one table's columns. FORCE swaps in one step, and does nothing where no policy was.
func masked(b *builder, changes []plan.Change) (string, error) {
	on := changes[0].Key.On
	if err := alter(b, on); err != nil {
		return "", err
	}
	columns(b, changes, func(c plan.Change) {
		if c.Want == nil {
			b.raw(" UNSET MASKING POLICY")
			return
		}
		m := c.Want.(state.Mask)
		b.raw(" SET MASKING POLICY ").on(m.Policy)
		if len(m.Using) > 0 {
			b.raw(" USING (").name(c.Key.On.Column)
			for _, u := range m.Using {
				b.raw(", ").name(u)
			}
			b.raw(")")
		}
		b.raw(" FORCE")
	})
	if changes[0].Want == nil {
		return fmt.Sprintf("take %s off %s", plural(len(changes), "mask"), on.Table()), nil
	}
	return fmt.Sprintf("put %s on %s", plural(len(changes), "mask"), on.Table()), nil
}

func allowed(b *builder, changes []plan.Change) (string, error) {
	on := changes[0].Key.On
	word := " ADD"
	if changes[0].Want == nil {
		word = " DROP"
	}
	b.raw("ALTER TAG ").on(on).raw(word, " ALLOWED_VALUES ")
	list(b, changes, func(c plan.Change) { b.literal(c.Key.Name) })
	return fmt.Sprintf("%s %s of %s", strings.ToLower(word[1:]), plural(len(changes), "allowed value"), on), nil
}

// listBegins reports a tag that gets its list of allowed values with this change: it is created with one, or allowed
// any value before.
func listBegins(c plan.Change) bool {
	want, ok := c.Want.(state.Tag)
	was, existed := c.Was.(state.Tag)
	return ok && !want.AnyValue && (!existed || was.AnyValue)
}

// beginList creates a tag with its values, or replaces any value by a list, in one statement. A tag that allows none
// begins with a value that is taken away again, since no statement makes an empty list.
func (c *compiler) beginList(changes []plan.Change) error {
	first := changes[0]
	want := first.Want.(state.Tag)
	values := []string{"none"}
	if len(changes) > 1 {
		values = nil
		for _, v := range changes[1:] {
			values = append(values, v.Key.Name)
		}
	}
	b := new(builder)
	if first.Was == nil {
		b.raw("CREATE TAG ").on(first.Key.On).raw(" ALLOWED_VALUES ")
	} else {
		b.raw("ALTER TAG ").on(first.Key.On).raw(" SET ALLOWED_VALUES ")
	}
	list(b, values, func(v string) { b.literal(v) })
	if first.Was == nil {
		propagate(b, want.Propagate)
		comment(b, want.Comment)
	}
	sql, err := b.done()
	if err != nil {
		return err
	}
	step := plan.Step{Phase: c.phase, Changes: changes, Statements: []plan.Statement{{SQL: sql, Comment: "the values of " + first.Key.On.String(), Idempotent: first.Was != nil}}}
	if len(changes) == 1 {
		b = new(builder)
		sql, err = b.raw("ALTER TAG ").on(first.Key.On).raw(" DROP ALLOWED_VALUES ").literal(values[0]).done()
		if err != nil {
			return err
		}
		step.Statements = append(step.Statements, plan.Statement{SQL: sql, Comment: "no value is allowed"})
	}
	c.steps = append(c.steps, step)
	return nil
}

// tag creates, changes or drops a tag that has no list, or keeps the one it has.
func tag(b *builder, c plan.Change) (string, error) {
	if c.Want == nil {
		b.raw("DROP TAG ").on(c.Key.On)
		return "drop " + c.Key.On.String(), nil
	}
	want := c.Want.(state.Tag)
	was, existed := c.Was.(state.Tag)
	if !existed {
		b.raw("CREATE TAG ").on(c.Key.On)
		propagate(b, want.Propagate)
		comment(b, want.Comment)
		return "create " + c.Key.On.String(), nil
	}
	b.raw("ALTER TAG ").on(c.Key.On)
	switch {
	case was.AnyValue != want.AnyValue:
		b.raw(" UNSET ALLOWED_VALUES")
	case was.Propagate != want.Propagate && want.Propagate == "":
		b.raw(" UNSET PROPAGATE")
	case was.Propagate != want.Propagate:
		b.raw(" SET")
		propagate(b, want.Propagate)
	default:
		b.raw(" SET")
		comment(b, want.Comment)
	}
	return "change " + c.Key.On.String(), nil
}

func propagate(b *builder, how string) {
	if how != "" {
		b.raw(" PROPAGATE = ", strings.ToUpper(how))
	}
}

func comment(b *builder, text string) {
	if text != "" {
		b.raw(" COMMENT = ").literal(text)
	}
}

func policy(b *builder, c plan.Change) (string, error) {
	if c.Want == nil {
		b.raw("DROP MASKING POLICY ").on(c.Key.On)
		return "drop " + c.Key.On.String(), nil
	}
	p := c.Want.(*state.MaskingPolicy)
	if c.Was != nil {
		b.raw("ALTER MASKING POLICY ").on(c.Key.On).raw(" SET BODY -> ", p.Body)
		return "change who sees what through " + c.Key.On.String(), nil
	}
	t := types[p.Family]
	if t == "" {
		return "", fmt.Errorf("no masking policy can take a %s", p.Family)
	}
	b.raw("CREATE MASKING POLICY ").on(c.Key.On).raw(" AS (val ", t)
	for i, a := range p.Args {
		b.raw(", ").name(a).raw(" ", types[p.ArgType[i]])
	}
	b.raw(") RETURNS ", t, " -> ", p.Body)
	return "create " + c.Key.On.String(), nil
}

func binding(b *builder, c plan.Change) (string, error) {
	b.raw("ALTER TAG ").on(c.Key.On)
	if c.Want == nil {
		b.raw(" UNSET MASKING POLICY ").on(c.Was.(state.Mask).Policy)
		return fmt.Sprintf("%s masks no %s any more", c.Key.On, c.Key.Name), nil
	}
	b.raw(" SET MASKING POLICY ").on(c.Want.(state.Mask).Policy).raw(" FORCE")
	return fmt.Sprintf("%s masks every %s that carries it", c.Key.On, c.Key.Name), nil
}

func role(b *builder, c plan.Change) (string, error) {
	word := keywords[c.Key.On.Kind]
	switch {
	case c.Want == nil:
		b.raw("DROP ", word, " ").on(c.Key.On)
		return "drop " + c.Key.On.String(), nil
	case c.Was == nil:
		b.raw("CREATE ", word, " ").on(c.Key.On)
		comment(b, c.Want.(state.Role).Comment)
		return "create " + c.Key.On.String(), nil
	}
	b.raw("ALTER ", word, " ").on(c.Key.On).raw(" SET COMMENT = ").literal(c.Want.(state.Role).Comment)
	return "change the comment of " + c.Key.On.String(), nil
}

func member(b *builder, c plan.Change) (string, error) {
	on, who := keywords[c.Key.On.Kind], keywords[c.Key.With.Kind]
	if on != "ROLE" && on != "DATABASE ROLE" || who == "" {
		return "", fmt.Errorf("a %s cannot have the member %s on Snowflake", c.Key.On.Kind, c.Key.With)
	}
	if c.Want == nil {
		b.raw("REVOKE ", on, " ").on(c.Key.On).raw(" FROM ", who, " ").on(c.Key.With)
		return fmt.Sprintf("%s leaves %s", c.Key.With, c.Key.On), nil
	}
	b.raw("GRANT ", on, " ").on(c.Key.On).raw(" TO ", who, " ").on(c.Key.With)
	return fmt.Sprintf("%s joins %s", c.Key.With, c.Key.On), nil
}

// grant gives or takes privileges of one principal on one securable, or on objects of a kind to come in a container.
func grant(b *builder, changes []plan.Change) (string, error) {
	first := changes[0]
	who := keywords[first.Key.With.Kind]
	if who != "ROLE" && who != "DATABASE ROLE" && who != "USER" {
		return "", fmt.Errorf("privileges cannot be granted to a %s on Snowflake", first.Key.With.Kind)
	}
	loses := first.Want == state.Option(false) && first.Was == state.Option(true)
	switch {
	case first.Want == nil:
		b.raw("REVOKE ")
	case loses:
		b.raw("REVOKE GRANT OPTION FOR ")
	default:
		b.raw("GRANT ")
	}
	list(b, changes, func(c plan.Change) { b.raw(c.Key.Name) })
	b.raw(" ON ")
	if err := object(b, first.Key); err != nil {
		return "", err
	}
	direction := " TO "
	if first.Want == nil || loses {
		direction = " FROM "
	}
	b.raw(direction, who, " ").on(first.Key.With)
	if first.Want == state.Option(true) {
		b.raw(" WITH GRANT OPTION")
	}
	verb := map[bool]string{true: "take", false: "give"}[first.Want == nil]
	return fmt.Sprintf("%s %s on %s", verb, plural(len(changes), "privilege"), first.Key.On), nil
}

func object(b *builder, k state.Key) error {
	word := keywords[k.On.Kind]
	if word == "" {
		return fmt.Errorf("no privileges can be granted on a %s", k.On.Kind)
	}
	switch {
	case k.Future != state.KindNone:
		b.raw("FUTURE ", pluralWord(keywords[k.Future]), " IN ", word, " ").on(k.On)
	case k.On.Kind == state.KindAccount:
		b.raw("ACCOUNT")
	case k.On.Kind == state.KindFunction || k.On.Kind == state.KindProcedure:
		return signature(b, word, k.On)
	case k.On.Kind == state.KindMaterializedView:
		b.raw("VIEW ").on(k.On)
	default:
		b.raw(word, " ").on(k.On)
	}
	return nil
}

// signature writes a function's name with its argument types, which are not quoted.
func signature(b *builder, word string, on state.Securable) error {
	name, args, ok := strings.Cut(on.Name, "(")
	if !ok || strings.ContainsAny(args, `"';`) {
		return fmt.Errorf("a %s is named with its argument types, as in F(NUMBER)", on.Kind)
	}
	b.raw(word, " ").name(on.Catalog, on.Schema, name).raw("(", args)
	return nil
}

func pluralWord(word string) string {
	if strings.HasSuffix(word, "Y") {
		return strings.TrimSuffix(word, "Y") + "IES"
	}
	return word + "S"
}
