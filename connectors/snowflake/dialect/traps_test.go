package dialect

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// neverWritten are words of statements that polsync does not use, with what they would do.
var neverWritten = map[string]string{
	"OR REPLACE":             "fails on what is attached, and detaches classification profiles",
	"OR ALTER":               "resets what it does not name, such as how a tag propagates",
	"IF EXISTS":              "takes a typing error for success",
	"IF NOT EXISTS":          "keeps an old definition",
	"CASCADE":                "takes what others were given",
	"RESTRICT":               "is what happens without it",
	" ALL ":                  "is spelled out when it runs and reads back as something else",
	"INHERITED":              "cannot be taken from one object",
	"IMPORTED":               "reads back as USAGE",
	"REVOKE OWNERSHIP":       "cannot be but for objects to come",
	"MULTI_VALUE":            "has no way back",
	"ON_CONFLICT":            "belongs to who made the tag",
	"CLASSIFICATION":         "belongs to Snowflake's own classification",
	"CLONE":                  "copies policies",
	"UNDROP":                 "brings back what lost its policy",
	"RENAME":                 "moves what somebody else named",
	"USE ROLE":               "is true of one session only",
	" COPY TAGS":             "is for tags with one value",
	"DISABLE_USER_PRIVILEGE": "is a setting of the account",
}

// TestNeverWritten compiles a change of every kind and looks for what Snowflake would take otherwise than it reads.
func TestNeverWritten(t *testing.T) {
	for _, c := range everyChange(t) {
		steps, err := Dialect{}.Compile(plan.PhaseDefine, []plan.Change{c})
		if err != nil {
			continue // TestEveryKindOfFact says which may be refused
		}
		for _, st := range steps[0].Statements {
			for words, why := range neverWritten {
				if strings.Contains(st.SQL, words) {
					t.Errorf("%s: %s %s", st.SQL, words, why)
				}
			}
			if c.Was != nil && c.Want != nil && strings.Contains(st.SQL, "UNSET MASKING POLICY") {
				t.Errorf("the column is open on the way: %s", st.SQL)
			}
			if sets := regexp.MustCompile(` SET (MASKING|AGGREGATION|PROJECTION|JOIN) POLICY `); sets.MatchString(st.SQL) != strings.Contains(st.SQL, " FORCE") {
				t.Errorf("a policy is set otherwise than with FORCE: %s", st.SQL)
			}
		}
		if n := len(steps[0].Statements); c.Key.Fact == state.FactMask && n != 1 {
			t.Errorf("a mask is put on in %d statements", n)
		}
	}
}

// nobody is a session in which the context functions give NULL, as in a share.
type nobody struct{}

func (nobody) Table(context.Context, sqlengine.Name) (*sqlengine.Table, error) { return nil, nil }

func (nobody) TableFunction(context.Context, sqlengine.Name, []sqlengine.Argument) (*sqlengine.Table, error) {
	return nil, nil
}

func (nobody) Function(_ context.Context, name sqlengine.Name, _ []sqlengine.Type) (*sqlengine.Function, error) {
	result := sqlengine.TypeText
	if strings.HasPrefix(name.Last(), "IS_") {
		result = sqlengine.TypeBoolean
	}
	return &sqlengine.Function{Result: result, Eval: func(context.Context, []sqlengine.Value) (sqlengine.Value, error) { return nil, nil }}, nil
}

// TestBodyWhereNobodyIsKnown: where roles and users are NULL no rule that names one decides, and the default is shown.
func TestBodyWhereNobodyIsKnown(t *testing.T) {
	clear := state.Show{Kind: state.ShowClear}
	byValue := policyOf(state.FamilyString, state.Show{}, state.Rule{To: []state.Securable{reader, dbRole, user}, Show: clear, Values: []string{"email"}})
	primary := policyOf(state.FamilyString, state.Show{Kind: state.ShowConst, Text: "*"}, state.Rule{To: []state.Securable{reader}, Show: clear})
	primary.Primary = true
	for want, p := range map[string]*state.MaskingPolicy{
		"***":  policyOf(state.FamilyString, state.Show{Kind: state.ShowFull}, state.Rule{To: []state.Securable{reader}, Show: clear}),
		"NULL": byValue,
		"*":    primary,
		"ann":  policyOf(state.FamilyString, clear, state.Rule{To: []state.Securable{reader}}), // whoever is not named sees clear, as it says
	} {
		body, err := Dialect{}.Body(p)
		if err != nil {
			t.Fatal(err)
		}
		e, err := sqlengine.NewParser(sqlengine.Snowflake, body).Expr()
		if err != nil {
			t.Fatal(err)
		}
		es := &sqlengine.Session{Dialect: sqlengine.Snowflake, Catalog: nobody{}, Now: time.Unix(0, 0)}
		prog, err := es.PrepareExpr(t.Context(), e, []sqlengine.Param{{Name: "VAL", Type: sqlengine.TypeText}})
		if err != nil {
			t.Fatal(err)
		}
		v, err := prog.Eval(t.Context(), []sqlengine.Value{"ann"})
		if err != nil {
			t.Fatal(err)
		}
		got, ok := v.(string)
		if !ok {
			got = "NULL"
		}
		if got != want {
			t.Errorf("%s shows %s, want %s", body, got, want)
		}
	}
}
