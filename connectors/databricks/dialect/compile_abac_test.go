package dialect_test

import (
	"testing"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

func TestAttributePolicies(t *testing.T) {
	d := dialect.New(func() dialect.Known { return dialect.Known{} })
	key := state.Key{Fact: state.FactABAC, On: table, Name: "p`x"}
	mask := state.ABAC{Policy: policy, To: []state.Securable{crew}, Except: []state.Securable{user}, When: "has_tag('it\\'s')", Mask: "m",
		Columns: []state.ABACColumn{{Alias: "m", Tags: "hastagvalue(\"a\", 'b')"}, {Alias: "s", Tags: "NOT has_tag('c')"}}, Using: []state.ABACArg{{Alias: "s"}}}
	tail := "POLICY `p``x` ON TABLE `main`.`crm`.`customers` COMMENT '" + dialect.Marker + "' COLUMN MASK `main`.`gov`.`polsync_pii_string` TO `pii-readers` EXCEPT `a@example.com`" +
		" FOR TABLES WHEN has_tag('it\\'s') MATCH COLUMNS has_tag_value('a', 'b') AS m, NOT has_tag('c') AS s ON COLUMN m USING COLUMNS (s)"
	for want, c := range map[string]plan.Change{
		"CREATE " + tail:            {Key: key, Want: mask},
		"CREATE OR REPLACE " + tail: {Key: key, Was: state.ABAC{}, Want: mask},
		"DROP POLICY `p``x` ON TABLE `main`.`crm`.`customers`": {Key: key, Was: mask},
	} {
		if got := compile(t, d, c); len(got) != 1 || got[0].SQL != want || got[0].Idempotent != (c.Was != nil && c.Want != nil) {
			t.Errorf("got\n%+v\nwant\n%s", got, want)
		}
	}
}
