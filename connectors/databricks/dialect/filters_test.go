package dialect

import (
	"testing"

	"github.com/polsync/polsync/state"
)

func TestRowBody(t *testing.T) {
	group := func(n string) state.Securable { return state.Securable{Kind: state.KindGroup, Name: n} }
	all := "*"
	table := state.Securable{Kind: state.KindTable, Catalog: "gov", Schema: "o`dd", Name: "m"}
	for _, c := range []struct {
		p    state.RowPolicy
		want string
	}{
		{state.RowPolicy{}, "FALSE"},
		{state.RowPolicy{Default: true}, "TRUE"},
		{state.RowPolicy{Rules: []state.RowRule{{To: []state.Securable{group("a"), group("it's")}, Values: []string{`e\m`, "o'k"}}, {To: []state.Securable{group("account users")}, All: true}}},
			`((is_account_group_member('a') OR is_account_group_member('it\'s')) AND val IN ('e\\m', 'o\'k')) OR TRUE`},
		{state.RowPolicy{Family: state.FamilyDate, Default: true, Rules: []state.RowRule{{To: []state.Securable{{Kind: state.KindUser, Name: "U@x"}}, Values: []string{"2026-01-01"}}}},
			"(lower(session_user()) = 'u@x' AND val IN (CAST('2026-01-01' AS DATE))) OR NOT (lower(session_user()) = 'u@x')"},
		{state.RowPolicy{Lookup: &state.Lookup{Table: table, Principal: "p", By: state.ByGroup, Value: "v", All: &all}},
			"EXISTS (SELECT 1 FROM `gov`.`o``dd`.`m` AS polsync_map WHERE is_account_group_member(polsync_map.`p`) AND (polsync_map.`v` = val OR polsync_map.`v` = '*'))"},
		{state.RowPolicy{Lookup: &state.Lookup{Table: table, Principal: "p", By: state.ByUser, Value: "v"}},
			"EXISTS (SELECT 1 FROM `gov`.`o``dd`.`m` AS polsync_map WHERE lower(polsync_map.`p`) = lower(session_user()) AND polsync_map.`v` = val)"},
	} {
		if c.p.Family == "" {
			c.p.Family = state.FamilyString
		}
		if got, err := (Dialect{}).RowBody(&c.p); err != nil || got != c.want {
			t.Errorf("got  %s, %v\nwant %s", got, err, c.want)
		}
	}
	for _, p := range []state.RowPolicy{
		{Family: state.FamilyOther}, {Family: state.FamilyFloat, Rules: []state.RowRule{{To: []state.Securable{group("a")}, Values: []string{"1"}}}},
		{Family: state.FamilyString, Opaque: true, Body: "val = 1; DROP TABLE x"},
	} {
		if got, err := (Dialect{}).RowBody(&p); err == nil {
			t.Errorf("%+v became %s", p, got)
		}
	}
}
