package dialect

import (
	"errors"
	"strings"
	"testing"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// odd is a name with everything that could break out of quotes.
const odd = "it's \"a\".b\\c$$é\nselect"

var (
	table   = state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "select", Name: "t.x"}
	email   = state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "select", Name: "t.x", Column: "EMAIL"}
	oddCol  = state.Securable{Kind: state.KindColumn, Catalog: "CRM", Schema: "select", Name: "t.x", Column: odd}
	schema  = state.Securable{Kind: state.KindSchema, Catalog: "CRM", Schema: "select"}
	catalog = state.Securable{Kind: state.KindCatalog, Catalog: "CRM"}
	pii     = state.Securable{Kind: state.KindTag, Catalog: "GOV", Schema: "TAGS", Name: "PII"}
	oddTag  = state.Securable{Kind: state.KindTag, Catalog: "GOV", Schema: "TAGS", Name: odd}
	polA    = state.Securable{Kind: state.KindMaskingPolicy, Catalog: "GOV", Schema: "P", Name: "A"}
	polB    = state.Securable{Kind: state.KindMaskingPolicy, Catalog: "GOV", Schema: "P", Name: "b"}
	reader  = state.Securable{Kind: state.KindRole, Name: "reader"}
	oddRole = state.Securable{Kind: state.KindRole, Name: odd}
	dbRole  = state.Securable{Kind: state.KindDatabaseRole, Catalog: "CRM", Name: "R"}
	user    = state.Securable{Kind: state.KindUser, Name: "ANN"}

	rowsOf   = state.Securable{Kind: state.KindRowPolicy, Catalog: "GOV", Schema: "P", Name: `R"x`}
	groupsOf = state.Securable{Kind: state.KindAggregationPolicy, Catalog: "GOV", Schema: "P", Name: "G"}
)

// quoted odd, as SQL has to write it.
const (
	oddName    = "\"it's \"\"a\"\".b\\c$$é\nselect\""
	oddLiteral = `'it\'s "a".b\\c$$é\nselect'`
)

func change(k state.Key, was, want state.Value) plan.Change {
	return plan.Change{Key: k, Was: was, Want: want}
}

func grantKey(on, with state.Securable, privilege string, future state.Kind) state.Key {
	return state.Key{Fact: state.FactGrant, On: on, With: with, Name: privilege, Future: future}
}

func valueKey(on state.Securable, v string) state.Key {
	return state.Key{Fact: state.FactAllowedValue, On: on, Name: v}
}

func TestCompile(t *testing.T) {
	tagKey := state.Key{Fact: state.FactTag, On: pii}
	str := &state.MaskingPolicy{Name: polA, Family: state.FamilyString, Body: "CASE WHEN TRUE THEN val ELSE NULL END"}
	cond := &state.MaskingPolicy{Name: polA, Family: state.FamilyString, Body: "val", Args: []string{odd}, ArgType: []state.Family{state.FamilyNumber}, Comment: odd}
	stage := state.Securable{Kind: state.KindStage, Catalog: "CRM", Schema: "S", Name: "IN"}
	fn := state.Securable{Kind: state.KindFunction, Catalog: "CRM", Schema: "S", Name: "F(NUMBER, VARCHAR)"}
	tests := []struct {
		name    string
		changes []plan.Change
		want    []string
	}{
		{"tag with any value", []plan.Change{change(tagKey, nil, state.Tag{AnyValue: true})}, []string{`CREATE TAG "GOV"."TAGS"."PII" COMMENT = 'managed by polsync'`}},
		{"tag with values", []plan.Change{change(state.Key{Fact: state.FactTag, On: oddTag}, nil, state.Tag{Comment: odd, Propagate: "on_dependency"}), change(valueKey(oddTag, "a"), nil, state.Nil{}), change(valueKey(oddTag, odd), nil, state.Nil{})},
			[]string{`CREATE TAG "GOV"."TAGS".` + oddName + ` ALLOWED_VALUES 'a', ` + oddLiteral + ` PROPAGATE = ON_DEPENDENCY COMMENT = ` + oddLiteral}},
		{"tag with no value", []plan.Change{change(tagKey, nil, state.Tag{})},
			[]string{`CREATE TAG "GOV"."TAGS"."PII" ALLOWED_VALUES 'none' COMMENT = 'managed by polsync'`, `ALTER TAG "GOV"."TAGS"."PII" DROP ALLOWED_VALUES 'none'`}},
		{"a list begins, all else changes too", []plan.Change{change(tagKey, state.Tag{AnyValue: true}, state.Tag{Comment: "c", Propagate: "on_dependency_and_data_movement"}), change(valueKey(pii, "a"), nil, state.Nil{})},
			[]string{`ALTER TAG "GOV"."TAGS"."PII" SET ALLOWED_VALUES 'a'`, `ALTER TAG "GOV"."TAGS"."PII" SET PROPAGATE = ON_DEPENDENCY_AND_DATA_MOVEMENT`, `ALTER TAG "GOV"."TAGS"."PII" SET COMMENT = 'c'`}},
		{"a list ends", []plan.Change{change(tagKey, state.Tag{Propagate: "on_dependency"}, state.Tag{AnyValue: true})},
			[]string{`ALTER TAG "GOV"."TAGS"."PII" UNSET ALLOWED_VALUES`, `ALTER TAG "GOV"."TAGS"."PII" UNSET PROPAGATE`}},
		{"a tag passed on in the order of its values", []plan.Change{change(tagKey, nil, state.Tag{Propagate: "on_dependency", OnConflict: state.ConflictSequence, Sequence: []string{"b", "a"}}), change(valueKey(pii, "a"), nil, state.Nil{}), change(valueKey(pii, "b"), nil, state.Nil{})},
			[]string{`CREATE TAG "GOV"."TAGS"."PII" ALLOWED_VALUES 'b', 'a' PROPAGATE = ON_DEPENDENCY ON_CONFLICT = ALLOWED_VALUES_SEQUENCE COMMENT = 'managed by polsync'`}},
		{"another order", []plan.Change{change(tagKey, state.Tag{Propagate: "on_dependency", OnConflict: odd}, state.Tag{Propagate: "on_dependency", OnConflict: state.ConflictSequence, Sequence: []string{"b", odd}}), change(valueKey(pii, "b"), nil, state.Nil{})},
			[]string{`ALTER TAG "GOV"."TAGS"."PII" SET ALLOWED_VALUES 'b', ` + oddLiteral, `ALTER TAG "GOV"."TAGS"."PII" SET PROPAGATE = ON_DEPENDENCY ON_CONFLICT = ALLOWED_VALUES_SEQUENCE`}},
		{"several values", []plan.Change{change(tagKey, nil, state.Tag{AnyValue: true, MultiValue: true})}, []string{`CREATE TAG "GOV"."TAGS"."PII" MULTI_VALUE = TRUE COMMENT = 'managed by polsync'`}},
		{"conflicts are merged", []plan.Change{change(tagKey, state.Tag{AnyValue: true}, state.Tag{AnyValue: true, Propagate: "on_data_movement", OnConflict: state.ConflictMerge})},
			[]string{`ALTER TAG "GOV"."TAGS"."PII" SET MULTI_VALUE = TRUE PROPAGATE = ON_DATA_MOVEMENT ON_CONFLICT = MERGE`}},
		{"a value for conflicts", []plan.Change{change(tagKey, state.Tag{AnyValue: true, Propagate: "on_dependency"}, state.Tag{AnyValue: true, Propagate: "on_dependency", OnConflict: odd})},
			[]string{`ALTER TAG "GOV"."TAGS"."PII" SET PROPAGATE = ON_DEPENDENCY ON_CONFLICT = ` + oddLiteral}},
		{"no way of its own", []plan.Change{change(tagKey, state.Tag{AnyValue: true, Propagate: "on_dependency", OnConflict: odd}, state.Tag{AnyValue: true, Propagate: "on_dependency"})},
			[]string{`ALTER TAG "GOV"."TAGS"."PII" UNSET ON_CONFLICT`}},
		{"passed on no more", []plan.Change{change(tagKey, state.Tag{AnyValue: true, Propagate: "on_dependency", OnConflict: odd}, state.Tag{AnyValue: true})}, []string{`ALTER TAG "GOV"."TAGS"."PII" UNSET PROPAGATE`}},
		{"drop a tag", []plan.Change{change(tagKey, state.Tag{AnyValue: true}, nil)}, []string{`DROP TAG "GOV"."TAGS"."PII"`}},
		{"add values", []plan.Change{change(valueKey(pii, "a"), nil, state.Nil{}), change(valueKey(pii, odd), nil, state.Nil{})}, []string{`ALTER TAG "GOV"."TAGS"."PII" ADD ALLOWED_VALUES 'a', ` + oddLiteral}},
		{"drop values", []plan.Change{change(valueKey(pii, "a"), state.Nil{}, nil), change(valueKey(pii, "b"), state.Nil{}, nil)}, []string{`ALTER TAG "GOV"."TAGS"."PII" DROP ALLOWED_VALUES 'a', 'b'`}},
		{"tag columns", []plan.Change{
			change(state.Key{Fact: state.FactTagged, On: email, With: pii}, nil, state.Text("email")),
			change(state.Key{Fact: state.FactTagged, On: email, With: oddTag}, state.Text("x"), state.Text(odd)),
			change(state.Key{Fact: state.FactTagged, On: oddCol, With: pii}, nil, state.Text("")),
		}, []string{`ALTER TABLE "CRM"."select"."t.x" MODIFY COLUMN "EMAIL" SET TAG "GOV"."TAGS"."PII" = 'email', "GOV"."TAGS".` + oddName + ` = ` + oddLiteral + `, COLUMN ` + oddName + ` SET TAG "GOV"."TAGS"."PII" = ''`}},
		{"untag columns", []plan.Change{
			change(state.Key{Fact: state.FactTagged, On: email, With: pii}, state.Text("email"), nil), change(state.Key{Fact: state.FactTagged, On: oddCol, With: pii}, state.Text("x"), nil),
		}, []string{`ALTER TABLE "CRM"."select"."t.x" MODIFY COLUMN "EMAIL" UNSET TAG "GOV"."TAGS"."PII", COLUMN ` + oddName + ` UNSET TAG "GOV"."TAGS"."PII"`}},
		{"tag a table twice", []plan.Change{change(state.Key{Fact: state.FactTagged, On: table, With: oddTag}, nil, state.Text("a")), change(state.Key{Fact: state.FactTagged, On: table, With: pii}, nil, state.Text("b"))},
			[]string{`ALTER TABLE "CRM"."select"."t.x" SET TAG "GOV"."TAGS".` + oddName + ` = 'a', "GOV"."TAGS"."PII" = 'b'`}},
		{"tag a schema, a database, a dynamic table, the account", []plan.Change{
			change(state.Key{Fact: state.FactTagged, On: schema, With: pii}, nil, state.Text("a")), change(state.Key{Fact: state.FactTagged, On: catalog, With: pii}, state.Text("a"), nil),
			change(state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindDynamicTable, Catalog: "C", Schema: "S", Name: "D"}, With: pii}, nil, state.Text("a")),
			change(state.Key{Fact: state.FactTagged, On: state.Securable{Kind: state.KindAccount}, With: pii}, nil, state.Text("a")),
		}, []string{`ALTER SCHEMA "CRM"."select" SET TAG "GOV"."TAGS"."PII" = 'a'`, `ALTER DATABASE "CRM" UNSET TAG "GOV"."TAGS"."PII"`, `ALTER DYNAMIC TABLE "C"."S"."D" SET TAG "GOV"."TAGS"."PII" = 'a'`, `ALTER ACCOUNT SET TAG "GOV"."TAGS"."PII" = 'a'`}},
		{"mask columns", []plan.Change{
			change(state.Key{Fact: state.FactMask, On: email}, nil, state.Mask{Policy: polA}), change(state.Key{Fact: state.FactMask, On: oddCol}, state.Mask{Policy: polA}, state.Mask{Policy: polB, Using: []string{"COUNTRY", odd}}),
		}, []string{`ALTER TABLE "CRM"."select"."t.x" MODIFY COLUMN "EMAIL" SET MASKING POLICY "GOV"."P"."A" FORCE, COLUMN ` + oddName + ` SET MASKING POLICY "GOV"."P"."b" USING (` + oddName + `, "COUNTRY", ` + oddName + `) FORCE`}},
		{"unmask columns", []plan.Change{change(state.Key{Fact: state.FactMask, On: email}, state.Mask{Policy: polA}, nil), change(state.Key{Fact: state.FactMask, On: oddCol}, state.Mask{Policy: polA}, nil)},
			[]string{`ALTER TABLE "CRM"."select"."t.x" MODIFY COLUMN "EMAIL" UNSET MASKING POLICY, COLUMN ` + oddName + ` UNSET MASKING POLICY`}},
		{"bind two families", []plan.Change{change(state.Key{Fact: state.FactBinding, On: pii, Name: "number"}, nil, state.Mask{Policy: polB}), change(state.Key{Fact: state.FactBinding, On: pii, Name: "string"}, state.Mask{Policy: polB}, state.Mask{Policy: polA})},
			[]string{`ALTER TAG "GOV"."TAGS"."PII" SET MASKING POLICY "GOV"."P"."b", MASKING POLICY "GOV"."P"."A" FORCE`}},
		{"unbind", []plan.Change{change(state.Key{Fact: state.FactBinding, On: pii, Name: "string"}, state.Mask{Policy: polA}, nil)}, []string{`ALTER TAG "GOV"."TAGS"."PII" UNSET MASKING POLICY "GOV"."P"."A"`}},
		{"create policies", []plan.Change{change(state.Key{Fact: state.FactPolicy, On: polA}, nil, str), change(state.Key{Fact: state.FactPolicy, On: polB}, nil, cond)}, []string{
			`CREATE MASKING POLICY "GOV"."P"."A" AS (val VARCHAR) RETURNS VARCHAR -> CASE WHEN TRUE THEN val ELSE NULL END COMMENT = 'managed by polsync' EXEMPT_OTHER_POLICIES = TRUE`,
			`CREATE MASKING POLICY "GOV"."P"."b" AS (val VARCHAR, ` + oddName + ` NUMBER(38, 10)) RETURNS VARCHAR -> val COMMENT = ` + oddLiteral + ` EXEMPT_OTHER_POLICIES = TRUE`}},
		{"replace a policy", []plan.Change{change(state.Key{Fact: state.FactPolicy, On: polA}, &state.MaskingPolicy{Family: state.FamilyString}, str)}, []string{`ALTER MASKING POLICY "GOV"."P"."A" SET BODY -> CASE WHEN TRUE THEN val ELSE NULL END`}},
		{"create a row policy", []plan.Change{change(state.Key{Fact: state.FactRowPolicy, On: rowsOf}, nil, &state.RowPolicy{Family: state.FamilyNumber, Body: "val = 1"})},
			[]string{`CREATE ROW ACCESS POLICY "GOV"."P"."R""x" AS (val NUMBER(38, 10)) RETURNS BOOLEAN -> val = 1 COMMENT = 'managed by polsync'`}},
		{"replace a row policy", []plan.Change{change(state.Key{Fact: state.FactRowPolicy, On: rowsOf}, &state.RowPolicy{Family: state.FamilyString}, &state.RowPolicy{Family: state.FamilyString, Body: "TRUE"})},
			[]string{`ALTER ROW ACCESS POLICY "GOV"."P"."R""x" SET BODY -> TRUE`}},
		{"drop a row policy", []plan.Change{change(state.Key{Fact: state.FactRowPolicy, On: rowsOf}, &state.RowPolicy{}, nil)}, []string{`DROP ROW ACCESS POLICY "GOV"."P"."R""x"`}},
		{"filter a view", []plan.Change{change(state.Key{Fact: state.FactFilter, On: state.Securable{Kind: state.KindView, Catalog: "CRM", Schema: "S", Name: "V"}}, nil, state.Filter{Policy: rowsOf, Using: []string{"a b"}})},
			[]string{`ALTER VIEW "CRM"."S"."V" ADD ROW ACCESS POLICY "GOV"."P"."R""x" ON ("a b")`}},
		{"swap a filter", []plan.Change{change(state.Key{Fact: state.FactFilter, On: state.Securable{Kind: state.KindDynamicTable, Catalog: "CRM", Schema: "S", Name: "D"}}, state.Filter{Policy: polA, Using: []string{"A"}}, state.Filter{Policy: rowsOf, Using: []string{"B"}})},
			[]string{`ALTER DYNAMIC TABLE "CRM"."S"."D" DROP ROW ACCESS POLICY "GOV"."P"."A", ADD ROW ACCESS POLICY "GOV"."P"."R""x" ON ("B")`}},
		{"filter no more", []plan.Change{change(state.Key{Fact: state.FactFilter, On: table}, state.Filter{Policy: rowsOf, Using: []string{"B"}}, nil)},
			[]string{`ALTER TABLE ` + fqn(table) + ` DROP ROW ACCESS POLICY "GOV"."P"."R""x"`}},
		{"create a constraint", []plan.Change{change(state.Key{Fact: state.FactConstraintPolicy, On: groupsOf}, nil, &state.ConstraintPolicy{Name: groupsOf, Body: "AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => 5)"})},
			[]string{`CREATE AGGREGATION POLICY "GOV"."P"."G" AS () RETURNS AGGREGATION_CONSTRAINT -> AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => 5) COMMENT = 'managed by polsync'`}},
		{"constrain a table", []plan.Change{change(state.Key{Fact: state.FactConstraint, On: table, Name: "aggregation"}, nil, state.Filter{Policy: groupsOf})},
			[]string{`ALTER TABLE ` + fqn(table) + ` SET AGGREGATION POLICY "GOV"."P"."G" FORCE`}},
		{"constrain a column", []plan.Change{change(state.Key{Fact: state.FactConstraint, On: email, Name: "projection"}, nil, state.Filter{Policy: state.Securable{Kind: state.KindProjectionPolicy, Catalog: "G", Schema: "P", Name: "X"}})},
			[]string{`ALTER TABLE ` + fqn(email.Table()) + ` MODIFY COLUMN "EMAIL" SET PROJECTION POLICY "G"."P"."X" FORCE`}},
		{"constrain no more", []plan.Change{change(state.Key{Fact: state.FactConstraint, On: table, Name: "join"}, state.Filter{Policy: state.Securable{Kind: state.KindJoinPolicy, Catalog: "G", Schema: "P", Name: "X"}}, nil)},
			[]string{`ALTER TABLE ` + fqn(table) + ` UNSET JOIN POLICY`}},
		{"drop a policy", []plan.Change{change(state.Key{Fact: state.FactPolicy, On: polA}, str, nil)}, []string{`DROP MASKING POLICY "GOV"."P"."A"`}},
		{"roles", []plan.Change{
			change(state.Key{Fact: state.FactRole, On: oddRole}, nil, state.Role{Comment: "it's"}), change(state.Key{Fact: state.FactRole, On: dbRole}, nil, state.Role{}),
			change(state.Key{Fact: state.FactRole, On: reader}, state.Role{}, state.Role{Comment: "x"}), change(state.Key{Fact: state.FactRole, On: reader}, state.Role{}, nil),
		}, []string{`CREATE ROLE ` + oddName + ` COMMENT = 'it\'s'`, `CREATE DATABASE ROLE "CRM"."R" COMMENT = 'managed by polsync'`, `ALTER ROLE "reader" SET COMMENT = 'x'`, `DROP ROLE "reader"`}},
		{"members", []plan.Change{
			change(state.Key{Fact: state.FactMember, On: reader, With: user}, nil, state.Nil{}), change(state.Key{Fact: state.FactMember, On: reader, With: oddRole}, state.Nil{}, nil),
			change(state.Key{Fact: state.FactMember, On: dbRole, With: reader}, nil, state.Nil{}),
		}, []string{`GRANT ROLE "reader" TO USER "ANN"`, `REVOKE ROLE "reader" FROM ROLE ` + oddName, `GRANT DATABASE ROLE "CRM"."R" TO ROLE "reader"`}},
		{"give several", []plan.Change{change(grantKey(table, oddRole, "INSERT", 0), nil, state.Option(false)), change(grantKey(table, oddRole, "SELECT", 0), nil, state.Option(false)), change(grantKey(table, reader, "SELECT", 0), nil, state.Option(true))},
			[]string{`GRANT INSERT, SELECT ON TABLE "CRM"."select"."t.x" TO ROLE ` + oddName, `GRANT SELECT ON TABLE "CRM"."select"."t.x" TO ROLE "reader" WITH GRANT OPTION`}},
		{"take several", []plan.Change{change(grantKey(table, reader, "INSERT", 0), state.Option(true), nil), change(grantKey(table, reader, "SELECT", 0), state.Option(false), nil)},
			[]string{`REVOKE INSERT, SELECT ON TABLE "CRM"."select"."t.x" FROM ROLE "reader"`}},
		{"lose and gain the option", []plan.Change{change(grantKey(table, reader, "INSERT", 0), state.Option(true), state.Option(false)), change(grantKey(table, reader, "SELECT", 0), state.Option(false), state.Option(true))},
			[]string{`REVOKE GRANT OPTION FOR INSERT ON TABLE "CRM"."select"."t.x" FROM ROLE "reader"`, `GRANT SELECT ON TABLE "CRM"."select"."t.x" TO ROLE "reader" WITH GRANT OPTION`}},
		{"objects to come", []plan.Change{change(grantKey(schema, reader, "SELECT", state.KindTable), nil, state.Option(false)), change(grantKey(catalog, dbRole, "SELECT", state.KindMaterializedView), state.Option(false), nil)},
			[]string{`GRANT SELECT ON FUTURE TABLES IN SCHEMA "CRM"."select" TO ROLE "reader"`, `REVOKE SELECT ON FUTURE MATERIALIZED VIEWS IN DATABASE "CRM" FROM DATABASE ROLE "CRM"."R"`}},
		{"a stage's READ comes before WRITE and goes after it", []plan.Change{
			change(grantKey(stage, reader, "READ", 0), nil, state.Option(false)), change(grantKey(stage, reader, "WRITE", 0), nil, state.Option(false)),
			change(grantKey(stage, user, "READ", 0), state.Option(false), nil), change(grantKey(stage, user, "WRITE", 0), state.Option(false), nil),
		}, []string{`GRANT READ, WRITE ON STAGE "CRM"."S"."IN" TO ROLE "reader"`, `REVOKE WRITE, READ ON STAGE "CRM"."S"."IN" FROM USER "ANN"`}},
		{"other kinds", []plan.Change{change(grantKey(state.Securable{Kind: state.KindAccount}, reader, "APPLY TAG", 0), nil, state.Option(false)), change(grantKey(fn, reader, "USAGE", 0), nil, state.Option(false))},
			[]string{`GRANT APPLY TAG ON ACCOUNT TO ROLE "reader"`, `GRANT USAGE ON FUNCTION "CRM"."S"."F"(NUMBER, VARCHAR) TO ROLE "reader"`}},
		{"managed access", []plan.Change{change(state.Key{Fact: state.FactManaged, On: schema}, nil, state.Nil{})}, []string{`ALTER SCHEMA "CRM"."select" ENABLE MANAGED ACCESS`}},
		{"managed access off", []plan.Change{change(state.Key{Fact: state.FactManaged, On: schema}, state.Nil{}, nil)}, []string{`ALTER SCHEMA "CRM"."select" DISABLE MANAGED ACCESS`}},
		{"future ownership", []plan.Change{change(grantKey(schema, reader, "INSERT", state.KindTable), nil, state.Option(false)), change(grantKey(schema, reader, "OWNERSHIP", state.KindTable), nil, state.Option(false)),
			change(grantKey(schema, reader, "OWNERSHIP", state.KindView), state.Option(false), nil)},
			[]string{`GRANT INSERT ON FUTURE TABLES IN SCHEMA "CRM"."select" TO ROLE "reader"`, `GRANT OWNERSHIP ON FUTURE TABLES IN SCHEMA "CRM"."select" TO ROLE "reader"`,
				`REVOKE OWNERSHIP ON FUTURE VIEWS IN SCHEMA "CRM"."select" FROM ROLE "reader"`}},
		{"ownership", []plan.Change{change(state.Key{Fact: state.FactOwner, On: table}, state.Owner(reader), state.Owner(oddRole))}, []string{`GRANT OWNERSHIP ON TABLE "CRM"."select"."t.x" TO ROLE ` + oddName + ` COPY CURRENT GRANTS`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			steps, err := Dialect{}.Compile(plan.PhaseDefine, tt.changes)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			carried := 0
			for _, s := range steps {
				carried += len(s.Changes)
				for _, st := range s.Statements {
					got = append(got, st.SQL)
					if st.Comment == "" || strings.ContainsAny(st.Comment, "\n\r") {
						t.Errorf("%s has the comment %q", st.SQL, st.Comment)
					}
				}
			}
			if carried != len(tt.changes) {
				t.Errorf("%d of %d changes are carried out", carried, len(tt.changes))
			}
			if strings.Join(got, "\n\n") != strings.Join(tt.want, "\n\n") {
				t.Errorf("got\n%s\n\nwant\n%s", strings.Join(got, "\n\n"), strings.Join(tt.want, "\n\n"))
			}
		})
	}
}

func TestCompileRefuses(t *testing.T) {
	policyKey := state.Key{Fact: state.FactPolicy, On: polA}
	was := &state.MaskingPolicy{Family: state.FamilyString, Body: "val"}
	tests := map[string]plan.Change{
		"another type":          change(policyKey, was, &state.MaskingPolicy{Family: state.FamilyNumber, Body: "val"}),
		"another signature":     change(policyKey, was, &state.MaskingPolicy{Family: state.FamilyString, Body: "val", Args: []string{"A"}, ArgType: []state.Family{state.FamilyString}}),
		"type without a policy": change(policyKey, nil, &state.MaskingPolicy{Family: state.FamilyOther, Body: "val"}),
		"a body that goes on":   change(policyKey, was, &state.MaskingPolicy{Family: state.FamilyString, Body: "val; DROP ROLE X"}),
		"a body with a comment": change(policyKey, was, &state.MaskingPolicy{Family: state.FamilyString, Body: "val -- x"}),
		"mask on a table":       change(state.Key{Fact: state.FactMask, On: table}, nil, state.Mask{Policy: polA}),
		"a member of a user":    change(state.Key{Fact: state.FactMember, On: user, With: reader}, nil, state.Nil{}),
		"a role that is a user": change(state.Key{Fact: state.FactRole, On: user}, nil, state.Role{}),
		"grant to a tag":        change(grantKey(table, pii, "SELECT", 0), nil, state.Option(false)),
		"grant on a column":     change(grantKey(email, reader, "SELECT", 0), nil, state.Option(false)),
		"privilege with SQL":    change(grantKey(table, reader, "SELECT ON ACCOUNT TO ROLE X; --", 0), nil, state.Option(false)),
		"future tags":           change(grantKey(schema, reader, "APPLY", state.KindTag), nil, state.Option(false)),
		"function without args": change(grantKey(state.Securable{Kind: state.KindFunction, Catalog: "C", Schema: "S", Name: "F"}, reader, "USAGE", 0), nil, state.Option(false)),
		"function with SQL":     change(grantKey(state.Securable{Kind: state.KindFunction, Catalog: "C", Schema: "S", Name: "F()) TO ROLE X --"}, reader, "USAGE", 0), nil, state.Option(false)),
		"ownership granted":     change(grantKey(table, reader, "OWNERSHIP", 0), nil, state.Option(false)),
		"managed table":         change(state.Key{Fact: state.FactManaged, On: table}, nil, state.Nil{}),
		"ownership taken":       change(state.Key{Fact: state.FactOwner, On: table}, state.Owner(reader), nil),
		"a name with NUL":       change(state.Key{Fact: state.FactRole, On: state.Securable{Kind: state.KindRole, Name: "a\x00b"}}, nil, state.Role{}),
		"a name too long":       change(state.Key{Fact: state.FactRole, On: state.Securable{Kind: state.KindRole, Name: strings.Repeat("é", 256)}}, nil, state.Role{}),
		"a member of PUBLIC":    change(state.Key{Fact: state.FactMember, On: state.Securable{Kind: state.KindRole, Name: "PUBLIC"}, With: reader}, nil, state.Nil{}),
		"a value with NUL":      change(valueKey(pii, "\x00"), nil, state.Nil{}),
		"a value not UTF-8":     change(valueKey(pii, "\xff"), nil, state.Nil{}),
	}
	for name, c := range tests {
		steps, err := Dialect{}.Compile(plan.PhaseDefine, []plan.Change{c})
		if !errors.Is(err, plan.ErrUnsupported) {
			t.Errorf("%s: %v, %v", name, steps, err)
		}
		var u *plan.UnsupportedError
		if errors.As(err, &u) && (u.Change.Key != c.Key || u.Reason == "") {
			t.Errorf("%s: the error is about %s: %q", name, u.Change.Key, u.Reason)
		}
	}
}

// TestEveryKindOfFact holds that each kind of fact, created, replaced and removed, is either carried out or refused with
// a reason.
func TestEveryKindOfFact(t *testing.T) {
	for _, c := range everyChange(t) {
		steps, err := Dialect{}.Compile(plan.PhaseDefine, []plan.Change{c})
		switch kind := c.Key.Fact; {
		case errors.Is(err, plan.ErrUnsupported):
			if kind != state.FactABAC && (kind != state.FactOwner || c.Want != nil) { // Snowflake has no attribute-based policies
				t.Errorf("%s %s: %v", c.Verb(), kind, err)
			}
		case err != nil || len(steps) != 1 || len(steps[0].Statements) == 0:
			t.Errorf("%s %s: %v, %v", c.Verb(), kind, steps, err)
		}
	}
}

// everyChange creates, replaces and removes a fact of each kind.
func everyChange(t *testing.T) []plan.Change {
	t.Helper()
	var all []plan.Change
	pol := &state.MaskingPolicy{Family: state.FamilyString, Body: "val"}
	rowPolicy, aggregation := state.Securable{Kind: state.KindRowPolicy, Catalog: "GOV", Schema: "P", Name: "R"}, state.Securable{Kind: state.KindAggregationPolicy, Catalog: "GOV", Schema: "P", Name: "G"}
	rowPol, minGroup := &state.RowPolicy{Name: rowPolicy, Family: state.FamilyString, Body: "TRUE"}, &state.ConstraintPolicy{Name: aggregation, MinGroup: 5, Body: "AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => 5)"}
	values := map[state.FactKind][2]state.Value{
		state.FactRole: {state.Role{}, state.Role{Comment: "x"}}, state.FactTag: {state.Tag{}, state.Tag{Comment: "x"}}, state.FactAllowedValue: {state.Nil{}, state.Nil{}},
		state.FactPolicy: {pol, pol}, state.FactMask: {state.Mask{Policy: polA}, state.Mask{Policy: polB}}, state.FactBinding: {state.Mask{Policy: polA}, state.Mask{Policy: polB}},
		state.FactTagged: {state.Text("a"), state.Text("b")}, state.FactMember: {state.Nil{}, state.Nil{}}, state.FactGrant: {state.Option(false), state.Option(true)},
		state.FactOwner:     {state.Owner(reader), state.Owner(oddRole)},
		state.FactManaged:   {state.Nil{}, state.Nil{}},
		state.FactABAC:      {state.ABAC{Policy: polA}, state.ABAC{Policy: polB}},
		state.FactRowPolicy: {rowPol, rowPol}, state.FactFilter: {state.Filter{Policy: rowPolicy, Using: []string{"A"}}, state.Filter{Policy: rowPolicy, Using: []string{"B"}}},
		state.FactConstraintPolicy: {minGroup, minGroup}, state.FactConstraint: {state.Filter{Policy: aggregation}, state.Filter{Policy: aggregation}},
	}
	on := map[state.FactKind]state.Key{
		state.FactRole: {On: reader}, state.FactTag: {On: pii}, state.FactAllowedValue: {On: pii, Name: "v"}, state.FactPolicy: {On: polA}, state.FactMask: {On: email},
		state.FactBinding: {On: pii, Name: "string"}, state.FactTagged: {On: email, With: pii}, state.FactMember: {On: reader, With: user}, state.FactGrant: {On: table, With: reader, Name: "SELECT"},
		state.FactOwner: {On: table}, state.FactManaged: {On: schema}, state.FactRowPolicy: {On: rowPolicy}, state.FactFilter: {On: table}, state.FactConstraintPolicy: {On: aggregation},
		state.FactConstraint: {On: table, Name: state.SortAggregation}, state.FactABAC: {On: table, Name: "p"},
	}
	for _, name := range state.FactKindNames() {
		kind, _ := state.ParseFactKind(name)
		v, ok := values[kind]
		if !ok {
			t.Fatalf("no values for %s", kind)
		}
		k := on[kind]
		k.Fact = kind
		all = append(all, change(k, nil, v[1]), change(k, v[0], v[1]), change(k, v[0], nil))
	}
	return all
}

func TestBatchesAreBounded(t *testing.T) {
	var changes []plan.Change
	for i := range 250 {
		on := email
		on.Column = strings.Repeat("C", i+1)
		changes = append(changes, change(state.Key{Fact: state.FactTagged, On: on, With: pii}, nil, state.Text("x")))
	}
	steps, err := Dialect{}.Compile(plan.PhaseTag, changes)
	if err != nil {
		t.Fatal(err)
	}
	var sizes []int
	for _, s := range steps {
		sizes = append(sizes, len(s.Changes))
	}
	if len(sizes) != 3 || sizes[0] != 100 || sizes[1] != 100 || sizes[2] != 50 {
		t.Errorf("250 pairs are set %v at a time", sizes)
	}
}

func TestIdempotent(t *testing.T) {
	for _, tt := range []struct {
		c    plan.Change
		want bool
	}{
		{change(state.Key{Fact: state.FactTagged, On: email, With: pii}, nil, state.Text("a")), true},
		{change(state.Key{Fact: state.FactMask, On: email}, nil, state.Mask{Policy: polA}), true},
		{change(state.Key{Fact: state.FactMask, On: email}, state.Mask{Policy: polA}, nil), false},
		{change(state.Key{Fact: state.FactPolicy, On: polA}, nil, &state.MaskingPolicy{Family: state.FamilyString, Body: "val"}), false},
		{change(state.Key{Fact: state.FactPolicy, On: polA}, &state.MaskingPolicy{Family: state.FamilyString}, &state.MaskingPolicy{Family: state.FamilyString, Body: "val"}), true},
		{change(state.Key{Fact: state.FactRole, On: reader}, nil, state.Role{}), false},
		{change(state.Key{Fact: state.FactTag, On: pii}, state.Tag{}, nil), false},
		{change(valueKey(pii, "a"), nil, state.Nil{}), false},
		{change(grantKey(table, reader, "SELECT", 0), state.Option(false), nil), true},
	} {
		steps, err := Dialect{}.Compile(plan.PhaseDefine, []plan.Change{tt.c})
		if err != nil {
			t.Fatal(err)
		}
		if got := steps[0].Statements[0].Idempotent; got != tt.want {
			t.Errorf("%s is idempotent: %v", steps[0].Statements[0].SQL, got)
		}
	}
}
