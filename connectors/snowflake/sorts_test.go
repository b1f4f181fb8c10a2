package snowflake

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

// sortsOfRelations makes one of each sort besides plain tables and views, and a stage of each sort.
var sortsOfRelations = []string{
	"CREATE TABLE CRM.SALES.BASE (EMAIL VARCHAR, ID NUMBER)", "CREATE MATERIALIZED VIEW CRM.SALES.MV AS SELECT EMAIL, ID FROM CRM.SALES.BASE",
	"CREATE DYNAMIC TABLE CRM.SALES.DT TARGET_LAG = '1 minute' WAREHOUSE = POLSYNC_WH AS SELECT EMAIL, ID FROM CRM.SALES.BASE",
	"CREATE STAGE CRM.SALES.OUTSIDE URL = 's3://bucket/'", "CREATE STAGE CRM.SALES.INSIDE",
	"CREATE EXTERNAL TABLE CRM.SALES.EXT (ID NUMBER AS (VALUE:id::NUMBER)) LOCATION = @CRM.SALES.OUTSIDE/in/ FILE_FORMAT = (TYPE = PARQUET)",
	"CREATE EVENT TABLE CRM.SALES.EV", "CREATE ICEBERG TABLE CRM.SALES.ICE (EMAIL VARCHAR, ID NUMBER) EXTERNAL_VOLUME = 'V' CATALOG = 'SNOWFLAKE' BASE_LOCATION = 'ice'",
	"CREATE HYBRID TABLE CRM.SALES.HYB (ID NUMBER PRIMARY KEY, EMAIL VARCHAR)", "CREATE TRANSIENT TABLE CRM.SALES.TRA (EMAIL VARCHAR, ID NUMBER)",
	"GRANT REFERENCES ON ALL TABLES IN SCHEMA CRM.SALES TO ROLE POLSYNC", "GRANT REFERENCES ON MATERIALIZED VIEW CRM.SALES.MV TO ROLE POLSYNC", "GRANT MONITOR ON DYNAMIC TABLE CRM.SALES.DT TO ROLE POLSYNC",
	"GRANT REFERENCES ON EXTERNAL TABLE CRM.SALES.EXT TO ROLE POLSYNC",
}

// TestEverySortOfRelation: masks, tags, filters, privileges and owners reach each sort by its own words, read live and in bulk, and settle.
func TestEverySortOfRelation(t *testing.T) {
	const policies = `
principals: {reader: {snow: READER_A}}
tags: [{name: team, values: [crm]}]
masks: [{name: mail, on: ["snow:CRM.SALES.{DT,MV,ICE,HYB,TRA}.EMAIL", "snow:CRM.SALES.EV.RECORD_TYPE"], rules: [{to: reader, show: clear}]}]
tag_assignments:
  - {tag: team, value: crm, on: ["snow:CRM.SALES.DT", "snow:CRM.SALES.MV", "snow:CRM.SALES.ICE", "snow:CRM.SALES.EXT", "snow:CRM.SALES.EV", "snow:CRM.SALES.DT.ID", "snow:CRM.SALES.MV.ID", "snow:CRM.SALES.ICE.ID", "snow:CRM.SALES.EXT.ID"]}
row_filters: [{name: own, on: ["snow:CRM.SALES.DT", "snow:CRM.SALES.ICE", "snow:CRM.SALES.TRA"], column: ID, rules: [{to: reader, values: all}]}]
grants:
  - {to: reader, privileges: [ALL], on: ["snow:CRM.SALES.{DT,MV,ICE,HYB,TRA,EXT,EV}"]}
  - {to: reader, privileges: [ALL], on: [{kind: stage, names: "snow:CRM.SALES.*SIDE"}]}
  - {to: "role:READER_B", access: write, on: ["snow:CRM.SALES.{DT,MV,ICE,HYB,EXT,EV}"]}
  - {owner: "role:READER_B", on: ["snow:CRM.SALES.MV", "snow:CRM.SALES.ICE", "snow:CRM.SALES.DT", "snow:CRM.SALES.EXT"]}
`
	for name, read := range map[string]Reading{"live": Live, "bulk": Bulk} {
		t.Run(name, func(t *testing.T) {
			b := newBed(t, emulator.Options{AccountUsageLag: -1}, func(o *Options) { o.Read = read })
			b.admin(sortsOfRelations...)
			done := strings.Join(b.apply(policies, nil), "\n")
			for _, want := range []string{
				`ALTER DYNAMIC TABLE "CRM"."SALES"."DT" MODIFY COLUMN "EMAIL" SET MASKING`, `ALTER VIEW "CRM"."SALES"."MV" MODIFY COLUMN "EMAIL" SET MASKING`, `ALTER ICEBERG TABLE "CRM"."SALES"."ICE" MODIFY COLUMN "EMAIL" SET MASKING`,
				`ALTER TABLE "CRM"."SALES"."HYB" MODIFY COLUMN "EMAIL" SET MASKING`, `ALTER TABLE "CRM"."SALES"."EV" MODIFY COLUMN "RECORD_TYPE" SET MASKING`, `ALTER ICEBERG TABLE "CRM"."SALES"."ICE" SET TAG`,
				`ALTER TABLE "CRM"."SALES"."EXT" SET TAG`, `ALTER ICEBERG TABLE "CRM"."SALES"."ICE" ADD ROW ACCESS`, `ALTER DYNAMIC TABLE "CRM"."SALES"."DT" ADD ROW ACCESS`,
				`GRANT APPLYBUDGET, REFERENCES, SELECT ON MATERIALIZED VIEW "CRM"."SALES"."MV" TO ROLE "READER_A"`, `GRANT MONITOR, OPERATE, SELECT ON DYNAMIC TABLE "CRM"."SALES"."DT"`,
				`GRANT APPLYBUDGET, DELETE, INSERT, REFERENCES, SELECT, TRUNCATE, UPDATE ON TABLE "CRM"."SALES"."ICE"`, `GRANT APPLYBUDGET, DELETE, INGEST TELEMETRY, REFERENCES, SELECT, TRUNCATE ON TABLE "CRM"."SALES"."EV"`,
				`GRANT USAGE ON STAGE "CRM"."SALES"."OUTSIDE"`, `GRANT READ, WRITE ON STAGE "CRM"."SALES"."INSIDE"`, `GRANT DELETE, TRUNCATE ON TABLE "CRM"."SALES"."EV" TO ROLE "READER_B"`,
				`GRANT OWNERSHIP ON VIEW "CRM"."SALES"."MV"`, `GRANT OWNERSHIP ON DYNAMIC TABLE "CRM"."SALES"."DT"`, `GRANT OWNERSHIP ON TABLE "CRM"."SALES"."ICE"`,
			} {
				if !strings.Contains(done, want) {
					t.Errorf("%s is missing", want)
				}
			}
			if t.Failed() {
				t.Log(done)
			}
			if got := b.rows("SHOW GRANTS ON STAGE CRM.SALES.OUTSIDE", "privilege", "grantee_name"); !slices.ContainsFunc(got, func(r []string) bool { return r[0] == "USAGE" && r[1] == "READER_A" }) {
				t.Error(got)
			}
		})
	}
}

// TestPrivilegesOfSorts: a privilege that the sort of a thing does not have is an error by name, and passed over under a glob.
func TestPrivilegesOfSorts(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(sortsOfRelations...)
	for grant, says := range map[string]string{
		`privileges: INSERT, on: "snow:CRM.SALES.EV"`:                                 "of the sort event, which has no privilege INSERT",
		`privileges: READ, on: {kind: stage, names: "snow:CRM.SALES.OUTSIDE"}`:        "of the sort external, which has no privilege READ",
		`privileges: [EVOLVE SCHEMA], on: "snow:CRM.SALES.ICE"`:                       "of the sort iceberg, which has no privilege EVOLVE SCHEMA",
		`privileges: [INGEST TELEMETRY], on: "snow:CRM.SALES.TRA"`:                    "of the sort plain, which has no privilege INGEST TELEMETRY",
		`privileges: [READ, USAGE], on: {kind: stage, names: "snow:CRM.SALES.*SIDE"}`: "",
	} {
		p := b.plan(`{grants: {to: "role:READER_A", `+grant+`}}`, nil)
		if p.Refused() != (says != "") || says != "" && !strings.Contains(fmt.Sprint(p.Notices), says) {
			t.Errorf("%s: %v", grant, p.Notices)
		}
		if says == "" && len(p.Changes()) != 2 {
			t.Errorf("%s: %v", grant, p.Changes())
		}
	}
}

// TestClonesAndWhatComesBack: what was cloned, renamed or brought back is read as it is, and what is declared there comes about.
func TestClonesAndWhatComesBack(t *testing.T) {
	now := time.Now()
	b := newBed(t, emulator.Options{Clock: func() time.Time { return now }})
	const policies = `
tags: [{name: pii, values: [email]}]
masks: [{name: pii, tag: pii, rules: [{to: "role:READER_A", show: clear}]}]
tag_assignments: [{tag: pii, value: email, on: ["snow:CRM.*.CUSTOMERS.EMAIL"]}]
`
	b.apply(policies, nil)
	owned := func() map[state.Key]state.Fact { return b.snapshotOf(policies).Facts }
	before := len(owned())
	b.admin("CREATE SCHEMA CRM.COPY CLONE CRM.SALES", "GRANT USAGE ON SCHEMA CRM.COPY TO ROLE POLSYNC")
	if got := b.apply(policies, nil); len(got) != 0 {
		t.Errorf("the clone has what is declared, and yet: %q", got)
	}
	b.admin("ALTER TABLE CRM.COPY.CUSTOMERS RENAME TO CRM.COPY.PEOPLE", "CREATE TABLE CRM.COPY.CUSTOMERS (EMAIL VARCHAR)", "GRANT SELECT ON TABLE CRM.COPY.CUSTOMERS TO ROLE POLSYNC")
	if got := b.apply(policies, nil); len(got) != 1 || !strings.Contains(got[0], `"COPY"."CUSTOMERS" MODIFY COLUMN "EMAIL" SET TAG`) {
		t.Errorf("%q", got)
	}
	b.admin("DROP SCHEMA CRM.COPY", "UNDROP SCHEMA CRM.COPY", "GRANT USAGE ON SCHEMA CRM.COPY TO ROLE POLSYNC", "GRANT SELECT ON ALL TABLES IN SCHEMA CRM.COPY TO ROLE POLSYNC", "DROP SCHEMA CRM.COPY")
	if got := b.apply(policies, nil); len(got) != 0 || len(owned()) != before {
		t.Errorf("%q", got)
	}
}
