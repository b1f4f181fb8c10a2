package dialect

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
)

// The manual has another ALTER for the columns of each sort of relation.
func TestColumnsAreAlteredAsTheirRelation(t *testing.T) {
	column := state.Securable{Kind: state.KindColumn, Catalog: "D", Schema: "S", Name: "T", Column: "C"}
	policy := state.Securable{Kind: state.KindMaskingPolicy, Catalog: "D", Schema: "P", Name: "M"}
	for kind, word := range map[state.Kind]string{state.KindNone: "TABLE", state.KindTable: "TABLE", state.KindView: "VIEW", state.KindMaterializedView: "VIEW", state.KindDynamicTable: "DYNAMIC TABLE", state.KindExternalTable: "TABLE"} {
		for _, c := range []plan.Change{
			{Key: state.Key{Fact: state.FactMask, On: column}, Want: state.Mask{Policy: policy}, Table: kind},
			{Key: state.Key{Fact: state.FactTagged, On: column, With: state.Securable{Kind: state.KindTag, Catalog: "D", Schema: "P", Name: "PII"}}, Want: state.Text("x"), Table: kind},
		} {
			steps, err := Dialect{}.Compile(plan.PhaseMask, []plan.Change{c})
			if err != nil {
				t.Fatal(err)
			}
			if sql, want := steps[0].Statements[0].SQL, "ALTER "+word+` "D"."S"."T" MODIFY COLUMN "C" SET `; !strings.HasPrefix(sql, want) {
				t.Errorf("%v: got %s", kind, sql)
			}
		}
	}
}
