package dialect

import (
	"testing"

	"github.com/polsync/polsync/state"
)

func TestRowBody(t *testing.T) {
	role := func(n string) state.Securable { return state.Securable{Kind: state.KindRole, Name: n} }
	all, everyone := "*", role("PUBLIC")
	table := state.Securable{Kind: state.KindTable, Catalog: "GOV", Schema: `o"dd`, Name: "M"}
	for _, c := range []struct {
		p    state.RowPolicy
		want string
	}{
		{state.RowPolicy{}, "FALSE"},
		{state.RowPolicy{Default: true}, "TRUE"},
		{state.RowPolicy{Rules: []state.RowRule{{To: []state.Securable{role("A"), role("it's")}, Values: []string{`e\m`, "o'k"}}, {To: []state.Securable{everyone}, Values: []string{"x"}}}},
			`((IS_ROLE_IN_SESSION('A') OR IS_ROLE_IN_SESSION('it\'s')) AND val IN ('e\\m', 'o\'k')) OR (TRUE AND val IN ('x'))`},
		{state.RowPolicy{Family: state.FamilyNumber, Rules: []state.RowRule{{To: []state.Securable{role("A")}, Values: []string{"1"}}, {To: []state.Securable{{Kind: state.KindUser, Name: "U"}}, All: true}}},
			"(IS_ROLE_IN_SESSION('A') AND val IN (1)) OR CURRENT_USER() = 'U'"},
		{state.RowPolicy{Default: true, Rules: []state.RowRule{{To: []state.Securable{role("A")}, Values: []string{"1"}}, {To: []state.Securable{role("B")}}}},
			"(IS_ROLE_IN_SESSION('A') AND val IN ('1')) OR NOT (IS_ROLE_IN_SESSION('A') OR IS_ROLE_IN_SESSION('B'))"},
		{state.RowPolicy{Default: true, Lookup: &state.Lookup{Table: table, Principal: "P", By: state.ByRole, Value: "V", All: &all}},
			`EXISTS (SELECT 1 FROM "GOV"."o""dd"."M" AS polsync_map WHERE IS_ROLE_IN_SESSION(polsync_map."P") AND (polsync_map."V" = val OR polsync_map."V" = '*'))` +
				` OR NOT (EXISTS (SELECT 1 FROM "GOV"."o""dd"."M" AS polsync_map WHERE IS_ROLE_IN_SESSION(polsync_map."P")))`},
		{state.RowPolicy{Lookup: &state.Lookup{Table: table, Principal: "P", By: state.ByUser, Value: "V"}},
			`EXISTS (SELECT 1 FROM "GOV"."o""dd"."M" AS polsync_map WHERE polsync_map."P" = CURRENT_USER() AND polsync_map."V" = val)`},
		{state.RowPolicy{Opaque: true, Body: "val = 1"}, "val = 1"},
	} {
		if c.p.Family == "" {
			c.p.Family = state.FamilyString
		}
		if got, err := (Dialect{}).RowBody(&c.p); err != nil || got != c.want {
			t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
		}
	}
	for _, p := range []state.RowPolicy{
		{Family: state.FamilyOther}, {Family: state.FamilyVariant, Rules: []state.RowRule{{To: []state.Securable{role("A")}, Values: []string{"1"}}}},
		{Family: state.FamilyString, Opaque: true, Body: "val = 1; DROP TABLE x"}, {Family: state.FamilyString, Rules: []state.RowRule{{To: []state.Securable{{Kind: state.KindGroup, Name: "G"}}, All: true}}},
	} {
		if got, err := (Dialect{}).RowBody(&p); err == nil {
			t.Errorf("%+v became %s", p, got)
		}
	}
}

func TestConstraintBody(t *testing.T) {
	of := func(k state.Kind) state.Securable {
		return state.Securable{Kind: k, Catalog: "A", Schema: "B", Name: "C"}
	}
	except := []state.Securable{{Kind: state.KindRole, Name: "A"}, {Kind: state.KindDatabaseRole, Catalog: "D", Name: "R"}}
	for want, p := range map[string]state.ConstraintPolicy{
		"AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => 5)": {Name: of(state.KindAggregationPolicy), MinGroup: 5},
		`CASE WHEN (IS_ROLE_IN_SESSION('A') OR IS_DATABASE_ROLE_IN_SESSION('"D"."R"')) THEN NO_AGGREGATION_CONSTRAINT() ELSE AGGREGATION_CONSTRAINT(MIN_GROUP_SIZE => 5) END`: {Name: of(state.KindAggregationPolicy), MinGroup: 5, Except: except},
		"PROJECTION_CONSTRAINT(ALLOW => FALSE)": {Name: of(state.KindProjectionPolicy)},
		"CASE WHEN IS_ROLE_IN_SESSION('A') THEN JOIN_CONSTRAINT(JOIN_REQUIRED => FALSE) ELSE JOIN_CONSTRAINT(JOIN_REQUIRED => TRUE) END": {Name: of(state.KindJoinPolicy), Except: except[:1]},
	} {
		if got, err := (Dialect{}).ConstraintBody(&p); err != nil || got != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	}
}
