package dialect

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func role(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	if c.Key.On.Kind != state.KindRole && c.Key.On.Kind != state.KindDatabaseRole {
		return "", fmt.Errorf("a %s cannot be made on Snowflake; roles and database roles can", c.Key.On.Kind)
	}
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
	return "the comment of " + c.Key.On.String(), nil
}

func member(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	role, with := c.Key.On, c.Key.With
	switch {
	case role.Kind != state.KindRole && role.Kind != state.KindDatabaseRole:
		return "", fmt.Errorf("a %s has no members on Snowflake", role.Kind)
	case with.Kind != state.KindRole && with.Kind != state.KindUser && with.Kind != state.KindDatabaseRole:
		return "", fmt.Errorf("a %s cannot be in a role on Snowflake", with.Kind)
	case role.Kind == state.KindRole && role.Name == "PUBLIC" && c.Want != nil:
		return "", errors.New("everybody has the role PUBLIC, and Snowflake keeps no membership in it")
	case with.Kind == state.KindDatabaseRole && (role.Kind != state.KindDatabaseRole || role.Catalog != with.Catalog):
		return "", errors.New("a database role can be only in database roles of its own database")
	}
	if c.Want == nil {
		b.raw("REVOKE ", keywords[role.Kind], " ").on(role).raw(" FROM ", keywords[with.Kind], " ").on(with)
		return fmt.Sprintf("%s leaves %s", with, role), nil
	}
	b.raw("GRANT ", keywords[role.Kind], " ").on(role).raw(" TO ", keywords[with.Kind], " ").on(with)
	return fmt.Sprintf("%s joins %s", with, role), nil
}

// grant gives or takes privileges of one principal on one securable, or on objects of a kind to come in a container.
func grant(b *builder, changes []plan.Change) (string, error) {
	first := changes[0]
	with := first.Key.With
	if with.Kind != state.KindRole && with.Kind != state.KindDatabaseRole && with.Kind != state.KindUser {
		return "", fmt.Errorf("privileges cannot be granted to a %s on Snowflake", with.Kind)
	}
	if i := slices.IndexFunc(changes, func(c plan.Change) bool { return !privilegeWord.MatchString(c.Key.Name) }); i >= 0 {
		return "", fmt.Errorf("%q is no privilege", changes[i].Key.Name)
	}
	if first.Key.Name == Imported && first.Want == state.Option(true) {
		return "", errors.New(Imported + " takes no grant option")
	}
	if first.Key.Name == "OWNERSHIP" && first.Key.Future == state.KindNone {
		return "", errors.New("ownership moves, it is not granted")
	}
	loses := first.Want == state.Option(false) && first.Was == state.Option(true)
	takes := first.Want == nil || loses
	b.raw(map[bool]string{true: "REVOKE ", false: "GRANT "}[takes])
	if loses {
		b.raw("GRANT OPTION FOR ")
	}
	list(b, inOrder(changes, takes), func(c plan.Change) { b.raw(c.Key.Name) })
	b.raw(" ON ")
	if err := object(b, first.Key); err != nil {
		return "", err
	}
	b.raw(map[bool]string{true: " FROM ", false: " TO "}[takes], keywords[with.Kind], " ").on(with)
	if first.Want == state.Option(true) {
		b.raw(" WITH GRANT OPTION")
	}
	what := plural(len(changes), "privilege")
	if loses {
		what = "grant option of " + what
	}
	return fmt.Sprintf("%s %s on %s", map[bool]string{true: "take", false: "give"}[takes], what, first.Key.On), nil
}

// privilegeWord is what a privilege may look like; it is the one thing that is written without quotes.
var privilegeWord = regexp.MustCompile(`^[A-Z][A-Z0-9_.]*( [A-Z0-9_.]+)*$`)

// inOrder puts a stage's READ before its WRITE when they are given, and behind it when they are taken: Snowflake lets
// no WRITE be without READ.
func inOrder(changes []plan.Change, takes bool) []plan.Change {
	if !takes || changes[0].Key.On.Kind != state.KindStage && changes[0].Key.Future != state.KindStage {
		return changes
	}
	reversed := slices.Clone(changes)
	slices.Reverse(reversed)
	return reversed
}

func object(b *builder, k state.Key) error {
	word := keywords[k.On.Kind]
	switch {
	case word == "" || k.Future != state.KindNone && keywords[k.Future] == "":
		return fmt.Errorf("no privileges can be granted on a %s", k.On.Kind)
	case k.Future != state.KindNone && k.On.Kind != state.KindCatalog && k.On.Kind != state.KindSchema:
		return fmt.Errorf("there are no future grants in a %s", k.On.Kind)
	case k.Future == state.KindTag || k.Future == state.KindMaskingPolicy || k.Future == state.KindRowPolicy:
		return fmt.Errorf("there are no future grants on a %s", k.Future)
	case k.Future != state.KindNone:
		b.raw("FUTURE ", pluralWord(keywords[k.Future]), " IN ", word, " ").on(k.On)
	case k.On.Kind == state.KindAccount:
		b.raw("ACCOUNT")
	case k.On.Kind == state.KindFunction || k.On.Kind == state.KindProcedure:
		return signature(b, word, k.On)
	default:
		b.raw(word, " ").on(k.On)
	}
	return nil
}

// ownership moves who owns a securable; what others hold on it stays.
func ownership(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	if c.Want == nil {
		return "", errors.New("ownership moves, it is never taken away")
	}
	to := state.Securable(c.Want.(state.Owner))
	if to.Kind != state.KindRole && to.Kind != state.KindDatabaseRole {
		return "", fmt.Errorf("a %s cannot own anything on Snowflake", to.Kind)
	}
	b.raw("GRANT OWNERSHIP ON ")
	k := c.Key
	if k.On.Kind == state.KindMaterializedView {
		k.On.Kind = state.KindView // GRANT has no other word here
	}
	if err := object(b, k); err != nil {
		return "", err
	}
	b.raw(" TO ", keywords[to.Kind], " ").on(to).raw(" COPY CURRENT GRANTS")
	return fmt.Sprintf("%s is owned by %s", c.Key.On, to), nil
}

// managed switches managed access of a schema on or off.
func managed(b *builder, changes []plan.Change) (string, error) {
	c := changes[0]
	if c.Key.On.Kind != state.KindSchema {
		return "", fmt.Errorf("a %s has no managed access; a schema has", c.Key.On.Kind)
	}
	b.raw("ALTER SCHEMA ").on(c.Key.On)
	if c.Want == nil {
		b.raw(" DISABLE MANAGED ACCESS")
		return "managed access of " + c.Key.On.String() + " off", nil
	}
	b.raw(" ENABLE MANAGED ACCESS")
	return "managed access of " + c.Key.On.String() + " on", nil
}

// typeWords is what a signature's types may look like: they are written without quotes.
var typeWords = regexp.MustCompile(`^[A-Z_0-9 ,()]*\)$`)

// signature writes a function's name with its argument types, which are not quoted.
func signature(b *builder, word string, on state.Securable) error {
	name, args, ok := strings.Cut(on.Name, "(")
	if !ok || !typeWords.MatchString(strings.ToUpper(args)) || strings.Count(args, ")") != strings.Count(args, "(")+1 {
		return fmt.Errorf("a %s is named with its argument types, as in F(NUMBER)", on.Kind)
	}
	b.raw(word, " ").name(on.Catalog, on.Schema, name).raw("(", strings.ToUpper(args))
	return nil
}

func pluralWord(word string) string {
	if strings.HasSuffix(word, "Y") {
		return strings.TrimSuffix(word, "Y") + "IES"
	}
	return word + "S"
}
