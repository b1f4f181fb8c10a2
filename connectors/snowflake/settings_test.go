package snowflake

import (
	"fmt"
	"testing"

	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/connectors/snowflake/dialect"
	"github.com/polsync/polsync/state"
)

// TestSettingsOfAReaderChangeNothing reads through a mask with a condition on a date, and through row policies by a date,
// as somebody who has set how dates are read and written: whoever asks may set that, and must see no more by it.
func TestSettingsOfAReaderChangeNothing(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin("CREATE TABLE CRM.SALES.DATED (S VARCHAR, D DATE)", "INSERT INTO CRM.SALES.DATED SELECT 'january', '2020-01-05'::DATE UNION ALL SELECT 'february', '2020-02-01'::DATE",
		"CREATE TABLE CRM.SALES.MAPPED (WHO VARCHAR, D DATE)", "INSERT INTO CRM.SALES.MAPPED SELECT 'READER_A', '2020-01-05'::DATE",
		"GRANT USAGE ON DATABASE CRM TO ROLE READER_A", "GRANT USAGE ON SCHEMA CRM.SALES TO ROLE READER_A", "GRANT SELECT ON TABLE CRM.SALES.DATED TO ROLE READER_A", "GRANT ROLE READER_A TO USER ALICE")
	clear, all := state.Show{Kind: state.ShowClear}, "9999-12-31"
	mask := &state.MaskingPolicy{Family: state.FamilyString, Args: []string{"D"}, ArgType: []state.Family{state.FamilyDate},
		Rules: []state.Rule{{To: []state.Securable{readerA}, Show: clear, When: []state.Condition{{Column: "D", Op: state.OpLT, Values: []string{"2020-01-02"}}}}}}
	constant := &state.MaskingPolicy{Family: state.FamilyDate, Default: state.Show{Kind: state.ShowConst, Text: "2001-02-03"}}
	bodies := map[string]func() (string, error){
		"MASKING POLICY GOV.POLSYNC.M AS (val VARCHAR, D DATE) RETURNS VARCHAR": func() (string, error) { return dialect.Dialect{}.Body(mask) },
		"MASKING POLICY GOV.POLSYNC.C AS (val DATE) RETURNS DATE":               func() (string, error) { return dialect.Dialect{}.Body(constant) },
		"ROW ACCESS POLICY GOV.POLSYNC.R AS (val DATE) RETURNS BOOLEAN": func() (string, error) {
			return dialect.Dialect{}.RowBody(&state.RowPolicy{Family: state.FamilyDate, Rules: []state.RowRule{{To: []state.Securable{readerA}, Values: []string{"2020-01-02", "2020-01-05"}}}})
		},
		"ROW ACCESS POLICY GOV.POLSYNC.L AS (val DATE) RETURNS BOOLEAN": func() (string, error) {
			return dialect.Dialect{}.RowBody(&state.RowPolicy{Family: state.FamilyDate, Lookup: &state.Lookup{Table: state.Securable{Kind: state.KindTable, Catalog: "CRM", Schema: "SALES", Name: "MAPPED"},
				Principal: "WHO", By: state.ByRole, Value: "D", All: &all}})
		},
	}
	for head, body := range bodies {
		text, err := body()
		if err != nil {
			t.Fatal(err)
		}
		b.admin("CREATE " + head + " -> " + text)
	}
	settings := []string{"DATE_INPUT_FORMAT = 'AUTO'", "DATE_INPUT_FORMAT = 'YYYY-DD-MM'", `DATE_OUTPUT_FORMAT = '"9999-12-31"'`, `DATE_OUTPUT_FORMAT = '"*"'`, "TIMESTAMP_INPUT_FORMAT = 'YYYY-DD-MM'"}
	usual := []string{"ALTER ACCOUNT SET DATE_INPUT_FORMAT = 'AUTO'", "ALTER ACCOUNT SET DATE_OUTPUT_FORMAT = 'YYYY-MM-DD'", "ALTER ACCOUNT SET TIMESTAMP_INPUT_FORMAT = 'AUTO'"}
	for _, c := range []struct{ set, unset, query, want string }{
		{"MODIFY COLUMN S SET MASKING POLICY GOV.POLSYNC.M USING (S, D)", "MODIFY COLUMN S UNSET MASKING POLICY", "SELECT S IS NULL, S IS NULL FROM CRM.SALES.DATED", "[[true true] [true true]]"},
		{"MODIFY COLUMN D SET MASKING POLICY GOV.POLSYNC.C", "MODIFY COLUMN D UNSET MASKING POLICY", "SELECT YEAR(D), MONTH(D) FROM CRM.SALES.DATED", "[[2001 2] [2001 2]]"},
		{"ADD ROW ACCESS POLICY GOV.POLSYNC.R ON (D)", "DROP ROW ACCESS POLICY GOV.POLSYNC.R", "SELECT S FROM CRM.SALES.DATED", "[[january]]"},
		{"ADD ROW ACCESS POLICY GOV.POLSYNC.L ON (D)", "DROP ROW ACCESS POLICY GOV.POLSYNC.L", "SELECT S FROM CRM.SALES.DATED", "[[january]]"},
	} {
		b.admin("ALTER TABLE CRM.SALES.DATED " + c.set)
		for _, set := range settings {
			b.admin(append(usual, "ALTER ACCOUNT SET "+set)...)
			r, err := b.emu.Query(t.Context(), "ALICE", "READER_A", c.query)
			if err != nil {
				t.Errorf("%s, %s: %v", c.set, set, err)
			} else if got := fmt.Sprint(r.Rows); got != c.want {
				t.Errorf("%s, %s: %s is seen, want %s", c.set, set, got, c.want)
			}
		}
		b.admin("ALTER TABLE CRM.SALES.DATED " + c.unset)
	}
}
