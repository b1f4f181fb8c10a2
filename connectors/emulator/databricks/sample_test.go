package databricks_test

import (
	"net/http/httptest"
	"regexp"
	"testing"

	sdk "github.com/databricks/databricks-sdk-go"
	"github.com/databricks/databricks-sdk-go/service/sql"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

func sample(t *testing.T) *bench {
	t.Helper()
	w, err := emulator.NewSample(emulator.Options{Clock: start().now})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(w)
	t.Cleanup(func() { srv.Close(); w.Close() })
	return &bench{t, w, srv.URL}
}

func (b *bench) sampleRun(token, statement string) *sql.StatementResponse {
	b.t.Helper()
	r, err := b.client(token).StatementExecution.ExecuteStatement(b.t.Context(), sql.ExecuteStatementRequest{Statement: statement, WarehouseId: emulator.SampleWarehouse})
	b.must(err)
	return r
}

func (b *bench) sampleRows(token, statement string) [][]string {
	b.t.Helper()
	r := b.sampleRun(token, statement)
	if r.Status.State != sql.StatementStateSucceeded {
		b.t.Fatalf("%s: %s", statement, r.Status.Error.Message)
	}
	return r.Result.DataArray
}

// The policy service principal can define, attach and tag, and read no rows.
func TestSampleGovernancePrincipal(t *testing.T) {
	b := sample(t)
	w := b.connect(&sdk.Config{ClientID: emulator.SampleGovernanceID, ClientSecret: emulator.SampleGovernanceSecret, AuthType: "oauth-m2m"})
	run := func(statement string) *sql.StatementStatus {
		r, err := w.StatementExecution.ExecuteStatement(t.Context(), sql.ExecuteStatementRequest{Statement: statement, WarehouseId: emulator.SampleWarehouse})
		b.must(err)
		return r.Status
	}
	for _, s := range []string{
		"CREATE GOVERNED TAG pii VALUES ('email')",
		"CREATE OR REPLACE FUNCTION main.governance.mask_email(v STRING) RETURNS STRING RETURN CASE WHEN is_account_group_member('pii-readers') THEN v ELSE regexp_replace(v, '^.*@', '****@') END",
		"ALTER TABLE main.crm.customers ALTER COLUMN email SET MASK main.governance.mask_email",
		"ALTER TABLE main.crm.customers ALTER COLUMN email SET TAGS ('pii' = 'email')",
		"GRANT SELECT ON TABLE main.crm.customers TO `contractors`",
	} {
		if st := run(s); st.State != sql.StatementStateSucceeded {
			t.Errorf("%s: %+v", s, st.Error)
		}
	}
	if st := run("SELECT email FROM main.crm.customers"); st.State != sql.StatementStateFailed {
		t.Error("the policy principal reads customers")
	}
	const q = "SELECT email FROM main.crm.customers WHERE customer_id = 1"
	if got := b.sampleRows("dapi-sample-bob", q)[0][0]; !regexp.MustCompile(`^\*{4}@`).MatchString(got) {
		t.Errorf("bob sees %q", got)
	}
	if got := b.sampleRows("dapi-sample-alice", q)[0][0]; !regexp.MustCompile(`^[a-z]+\.[a-z]+1@`).MatchString(got) {
		t.Errorf("alice sees %q", got)
	}
}

func TestSampleIsTheSameEveryTime(t *testing.T) {
	const q = "SELECT * FROM main.sales.payments ORDER BY payment_id LIMIT 20"
	a, b := sample(t), sample(t)
	x, y := a.sampleRows("dapi-sample-admin", q), b.sampleRows("dapi-sample-admin", q)
	for i := range x {
		for j := range x[i] {
			if x[i][j] != y[i][j] {
				t.Fatalf("row %d differs", i)
			}
		}
	}
}

func TestSampleTables(t *testing.T) {
	b := sample(t)
	got := b.sampleRows("dapi-sample-admin", "SELECT table_catalog || '.' || table_schema || '.' || table_name FROM system.information_schema.tables WHERE table_schema <> 'information_schema' AND table_catalog <> 'system' ORDER BY 1")
	if len(got) < 14 {
		t.Errorf("%d tables and views, want at least 14", len(got))
	}
	for _, r := range got {
		n := b.sampleRows("dapi-sample-admin", "SELECT count(*) FROM "+r[0])[0][0]
		if n == "0" {
			t.Errorf("%s is empty", r[0])
		}
	}
	if got := b.sampleRows("dapi-sample-bob", "SELECT count(*) FROM main.crm.customers WHERE email RLIKE '@example'")[0][0]; got != "120" {
		t.Errorf("analysts read %s customers in clear, want 120", got)
	}
}

func TestSampleCardsAndAccountsAreValid(t *testing.T) {
	b := sample(t)
	for _, r := range b.sampleRows("dapi-sample-admin", "SELECT card_number, iban FROM main.sales.payments") {
		if card := r[0]; card != "" && !luhn(card) {
			t.Errorf("%s fails Luhn", card)
		}
		if iban := r[1]; iban != "" && !ibanValid(iban) {
			t.Errorf("%s fails mod 97", iban)
		}
	}
}

func luhn(s string) bool {
	sum := 0
	for i := len(s) - 1; i >= 0; i-- {
		d := int(s[i] - '0')
		if (len(s)-i)%2 == 0 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

func ibanValid(s string) bool {
	n := 0
	for _, r := range s[4:] + s[:4] {
		if r >= 'A' {
			n = (n*100 + int(r-'A') + 10) % 97
		} else {
			n = (n*10 + int(r-'0')) % 97
		}
	}
	return n == 1
}

func TestSharedCatalogIsReadOnly(t *testing.T) {
	b := sample(t)
	if got := b.sampleRows("dapi-sample-frank", "SELECT count(*) FROM samples.trips.rides")[0][0]; got != "60" {
		t.Errorf("%s rides, want 60", got)
	}
	for _, s := range []string{"DROP TABLE samples.trips.rides", "ALTER TABLE samples.trips.rides SET TAGS ('a' = 'b')", "CREATE SCHEMA samples.x",
		"INSERT INTO samples.trips.rides VALUES (1, 2, NULL)", "ALTER TABLE samples.trips.rides ADD COLUMN x INT", "COMMENT ON TABLE samples.trips.rides IS 'x'"} {
		if r := b.sampleRun("dapi-sample-admin", s); r.Status.State != sql.StatementStateFailed {
			t.Errorf("%s: %s", s, r.Status.State)
		}
	}
}
