package dialect

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// tagged sets or unsets tags: of one securable several, of one table's columns all.
func tagged(b *builder, changes []plan.Change) (string, error) {
	on := changes[0].Key.On
	if err := alter(b, changes[0]); err != nil {
		return "", err
	}
	pair := func(c plan.Change) {
		b.on(c.Key.With)
		if c.Want != nil {
			b.raw(" = ").literal(string(c.Want.(state.Text)))
		}
	}
	word := map[bool]string{true: " UNSET TAG ", false: " SET TAG "}[changes[0].Want == nil]
	if on.Kind == state.KindColumn {
		taggedColumns(b, changes, word, pair)
	} else {
		b.raw(word)
		list(b, changes, pair)
	}
	return fmt.Sprintf("%s %s on %s", strings.ToLower(strings.Fields(word)[0]), plural(len(changes), "tag"), on.Table()), nil
}

// taggedColumns writes all tags of a column behind its name, which is written once.
func taggedColumns(b *builder, changes []plan.Change, word string, pair func(plan.Change)) {
	for i := 0; i < len(changes); {
		n := i
		for n < len(changes) && changes[n].Key.On == changes[i].Key.On {
			n++
		}
		b.raw(map[bool]string{true: " MODIFY COLUMN ", false: ", COLUMN "}[i == 0]).name(changes[i].Key.On.Column).raw(word)
		list(b, changes[i:n], pair)
		i = n
	}
}

func allowed(b *builder, changes []plan.Change) (string, error) {
	on := changes[0].Key.On
	word := "ADD"
	if changes[0].Want == nil {
		word = "DROP"
	}
	b.raw("ALTER TAG ").on(on).raw(" ", word, " ALLOWED_VALUES ")
	list(b, changes, func(c plan.Change) { b.literal(c.Key.Name) })
	return fmt.Sprintf("%s %s of %s", strings.ToLower(word), plural(len(changes), "allowed value"), on), nil
}

// listBegins reports a tag that gets its list of allowed values with this change: it is created with one, or allowed
// any value before, or its values come into another order.
func listBegins(c plan.Change) bool {
	want, ok := c.Want.(state.Tag)
	was, existed := c.Was.(state.Tag)
	return ok && !want.AnyValue && (!existed || was.AnyValue || len(want.Sequence) > 0 && !slices.Equal(was.Sequence, want.Sequence))
}

// tag creates, changes or drops a tag. Behind it in changes are the allowed values that its list begins with.
func tag(changes []plan.Change) ([]plan.Statement, error) {
	c := changes[0]
	want, wanted := c.Want.(state.Tag)
	was, existed := c.Was.(state.Tag)
	var all []plan.Statement
	var err error
	add := func(text string, again bool, write func(*builder)) {
		b := new(builder)
		write(b)
		sql, bad := b.done()
		if err == nil {
			err = bad
		}
		all = append(all, plan.Statement{SQL: sql, Comment: text, Idempotent: again})
	}
	switch {
	case !wanted:
		add("drop "+c.Key.On.String(), false, func(b *builder) { b.raw("DROP TAG ").on(c.Key.On) })
	case !existed:
		add("create "+c.Key.On.String(), false, func(b *builder) { createTag(b, changes, want) })
	default:
		changeTag(changes, was, want, add)
	}
	if listBegins(c) && len(changes) == 1 && len(want.Sequence) == 0 {
		// No statement makes an empty list, so the list begins with a value that is taken away again.
		add("no value is allowed", false, func(b *builder) {
			b.raw("ALTER TAG ").on(c.Key.On).raw(" DROP ALLOWED_VALUES ").literal(noValue)
		})
	}
	return all, err
}

// noValue is the value that an empty list begins with.
const noValue = "none"

func createTag(b *builder, changes []plan.Change, want state.Tag) {
	b.raw("CREATE TAG ").on(changes[0].Key.On)
	if !want.AnyValue {
		b.raw(" ALLOWED_VALUES ")
		values(b, changes[1:], want)
	}
	if want.MultiValue || want.OnConflict == state.ConflictMerge {
		b.raw(" MULTI_VALUE = TRUE")
	}
	if want.Propagate != "" {
		b.raw(" PROPAGATE = ", propagation(want.Propagate))
		onConflict(b, want.OnConflict)
	}
	comment(b, want.Comment)
}

// onConflict writes what a place gets that several values are passed on to.
func onConflict(b *builder, how string) {
	switch how {
	case "":
	case state.ConflictSequence, state.ConflictMerge:
		b.raw(" ON_CONFLICT = ", propagation(how))
	default:
		b.raw(" ON_CONFLICT = ").literal(how)
	}
}

// values writes the list of allowed values: in its order where that matters, else what the changes bring.
func values(b *builder, changes []plan.Change, want state.Tag) {
	if len(want.Sequence) > 0 {
		list(b, want.Sequence, func(v string) { b.literal(v) })
		return
	}
	if len(changes) == 0 {
		b.literal(noValue)
	}
	list(b, changes, func(c plan.Change) { b.literal(c.Key.Name) })
}

// changeTag writes one statement for each property that differs.
func changeTag(changes []plan.Change, was, want state.Tag, add func(string, bool, func(*builder))) {
	on := changes[0].Key.On
	set := func(text string, rest func(*builder)) {
		add(text, true, func(b *builder) {
			b.raw("ALTER TAG ").on(on)
			rest(b)
		})
	}
	switch {
	case listBegins(changes[0]):
		set("the values of "+on.String(), func(b *builder) {
			b.raw(" SET ALLOWED_VALUES ")
			values(b, changes[1:], want)
		})
	case want.AnyValue && !was.AnyValue:
		set(on.String()+" allows any value", func(b *builder) { b.raw(" UNSET ALLOWED_VALUES") })
	}
	changePropagation(on, was, want, set)
	if was.Comment != want.Comment {
		set("the comment of "+on.String(), func(b *builder) { b.raw(" SET COMMENT = ").literal(want.Comment) })
	}
}

// changePropagation writes how a tag is passed on. Both properties are set together, since ON_CONFLICT stands behind
// PROPAGATE and need not outlive another one. What was passed on already stays as it is.
func changePropagation(on state.Securable, was, want state.Tag, set func(string, func(*builder))) {
	text := "how " + on.String() + " propagates"
	switch {
	case was.Propagate == want.Propagate && was.OnConflict == want.OnConflict:
	case want.Propagate == "" && was.Propagate == "":
		// without propagation no value is in conflict, and there is nothing to set it on
	case want.Propagate == "":
		set(text, func(b *builder) { b.raw(" UNSET PROPAGATE") })
	case want.OnConflict == "" && was.Propagate == want.Propagate:
		set(text, func(b *builder) { b.raw(" UNSET ON_CONFLICT") })
	default:
		set(text, func(b *builder) {
			b.raw(" SET")
			if want.OnConflict == state.ConflictMerge && was.OnConflict != state.ConflictMerge {
				b.raw(" MULTI_VALUE = TRUE")
			}
			b.raw(" PROPAGATE = ", propagation(want.Propagate))
			onConflict(b, want.OnConflict)
		})
	}
}

// propagation spells what policy files call on_dependency, on_data_movement and on_dependency_and_data_movement. What
// is none of these is left out by the letters it may have.
func propagation(how string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(how))
}
