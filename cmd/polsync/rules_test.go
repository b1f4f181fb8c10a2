package main

import (
	"strings"
	"testing"

	"github.com/polsync/polsync/state"
)

const rulesTables = `
CREATE TABLE %.PEOPLE (EMAIL VARCHAR(100), SSN VARCHAR(40), NAME VARCHAR(70), AGE DECIMAL(3,0), COUNTRY VARCHAR(2), BORN DATE);
INSERT INTO %.PEOPLE SELECT 'ann@x.org', '123-45-6789', 'Ann', 41, 'US', CAST('1985-05-06' AS DATE);
INSERT INTO %.PEOPLE SELECT 'bo@y.org', '987-65-4321', 'Bö', 50, 'US', CAST('1970-01-02' AS DATE);
INSERT INTO %.PEOPLE SELECT 'cy@z.org', '111-22-3333', NULL, NULL, NULL, NULL;
CREATE TABLE %.REGIONAL (REGION VARCHAR(10), AMOUNT DECIMAL(10,2));
INSERT INTO %.REGIONAL SELECT 'EMEA', 1; INSERT INTO %.REGIONAL SELECT 'APAC', 2; INSERT INTO %.REGIONAL SELECT 'all', 3; INSERT INTO %.REGIONAL SELECT NULL, 4;
CREATE TABLE %.MAPPED (WHO VARCHAR(20), REGION VARCHAR(10));
CREATE TABLE %.DATED (ON_DAY DATE, N DECIMAL(5,0));
INSERT INTO %.DATED SELECT CAST('2020-01-02' AS DATE), 1; INSERT INTO %.DATED SELECT CAST('2020-02-01' AS DATE), 2; INSERT INTO %.DATED SELECT NULL, 3;
`

const rulesPolicies = `
principals:
  cleared: {snow: PII_READER, lake: pii-readers}
  support: {snow: SUPPORT, lake: support}
  hr: {snow: HR, lake: hr}
  auditor: {snow: AUDITOR, lake: auditors}
tags:
  - {name: pii, values: [email, ssn, name, age], snowflake: {schema: GOV.TAGS}, databricks: {governed: true}}
tag_assignments:
  - {on: ["snow:CRM_PROD.PUBLIC.PEOPLE", "lake:main.crm.people"], columns: {EMAIL: {pii: email}, SSN: {pii: ssn}, NAME: {pii: name}, AGE: {pii: age}}}
masks:
  - name: pii
    tag: pii
    default: {string: {const: "***"}, other: nothing}
    rules:
      - {to: cleared, values: [email, name], show: clear}
      - {to: support, values: email, show: email_domain}
      - {to: support, values: ssn, priority: 1, when: [{column: COUNTRY, in: [US]}, {column: BORN, gt: "1980-01-01"}], show: {last: 4}}
      - {to: support, values: ssn, when: {column: COUNTRY, like: "U_"}, show: {last: 2}}
      - {to: hr, show: full}
      - {to: hr, values: [ssn, age], priority: 5, show: clear}
      - {to: everyone, values: name, show: {first: 1}}
exceptions:
  - {mask: pii, to: auditor, until: 2099-01-01T00:00:00Z, reason: [A-1]}
row_filters:
  - name: regions
    on: ["snow:CRM_PROD.PUBLIC.REGIONAL"]
    column: REGION
    rules: &regions [{to: cleared, values: [EMEA]}, {to: support, values: [APAC, all]}, {to: hr, values: all}]
    lookup: {table: "snow:CRM_PROD.PUBLIC.MAPPED", principal: WHO, by: role, value: REGION, all: "*"}
  - {name: regions2, on: "lake:main.crm.regional", column: REGION, rules: *regions, lookup: {table: "lake:main.crm.mapped", principal: WHO, by: group, value: REGION, all: "*"}}
  - {name: days, on: ["snow:CRM_PROD.PUBLIC.DATED", "lake:main.crm.dated"], column: ON_DAY, default: all, rules: [{to: support, values: ["2020-01-02"]}, {to: hr, values: all}]}
`

// TestRulesShowTheSameOnBothPlatforms applies one policy file to both platforms: tag values, conditions, priorities, an
// exception, everyone, defaults, and row filters by rules and by a table. What each principal sees is written down once.
func TestRulesShowTheSameOnBothPlatforms(t *testing.T) {
	if testing.Short() {
		t.Skip("two platforms")
	}
	r := newUnrecorded(t)
	for platform, in := range map[string]string{"snow": "CRM_PROD.PUBLIC", "lake": "main.crm"} {
		for sql := range strings.SplitSeq(strings.TrimSpace(strings.ReplaceAll(rulesTables, "%", in)), ";") {
			if sql = strings.TrimSpace(sql); sql != "" {
				r.execute(platform, sql)
			}
		}
		for _, table := range []string{"PEOPLE", "REGIONAL", "MAPPED", "DATED"} {
			r.open(platform, in+"."+table)
		}
	}
	r.execute("snow", "INSERT INTO CRM_PROD.PUBLIC.MAPPED SELECT 'AUDITOR', '*'", "INSERT INTO CRM_PROD.PUBLIC.MAPPED SELECT 'PII_READER', 'APAC'", "INSERT INTO CRM_PROD.PUBLIC.MAPPED SELECT NULL, '*'")
	r.execute("lake", "INSERT INTO main.crm.mapped SELECT 'auditors', '*'", "INSERT INTO main.crm.mapped SELECT 'pii-readers', 'APAC'", "INSERT INTO main.crm.mapped SELECT NULL, '*'")
	r.policies(rulesPolicies)
	r.run(exitDone, "reconcile")
	names := "A** and B* and NULL"
	for _, c := range []struct{ column, cleared, support, hr, auditor, nobody string }{
		{"PEOPLE.EMAIL", "ann@x.org and bo@y.org and cy@z.org", "****@x.org and ****@y.org and ****@z.org", "********* and ******** and ********", "ann@x.org and bo@y.org and cy@z.org", "*** and *** and ***"},
		{"PEOPLE.SSN", "*** and *** and ***", "***-**-6789 and ***-**-**21 and ***", "123-45-6789 and 987-65-4321 and 111-22-3333", "123-45-6789 and 987-65-4321 and 111-22-3333", "*** and *** and ***"},
		{"PEOPLE.NAME", "Ann and Bö and NULL", names, "*** and ** and NULL", "Ann and Bö and NULL", names},
		{"PEOPLE.AGE", "NULL and NULL and NULL", "NULL and NULL and NULL", "41 and 50 and NULL", "41 and 50 and NULL", "NULL and NULL and NULL"},
		{"REGIONAL.AMOUNT", "1.00 and 2.00", "2.00 and 3.00", "1.00 and 2.00 and 3.00 and 4.00", "1.00 and 2.00 and 3.00 and 4.00", ""},
		{"DATED.N", "1 and 2 and 3", "1", "1 and 2 and 3", "1 and 2 and 3", "1 and 2 and 3"},
	} {
		for platform, seers := range map[string][]string{"snow": {"PII_READER", "SUPPORT", "HR", "AUDITOR", "ANALYST"},
			"lake": {"alice@example.com", "carol@example.com", "dave@example.com", "erin@example.com", "frank@example.com"}} {
			for i, want := range []string{c.cleared, c.support, c.hr, c.auditor, c.nobody} {
				got, err := r.box.warehouse(platform).readAs(t.Context(), seers[i], placed(platform, c.column))
				if text := strings.ReplaceAll(strings.Join(texts(got), " and "), `"`, ""); err != nil || text != want {
					t.Errorf("%s: %s sees of %s %s, want %s; %v", platform, seers[i], c.column, text, want, err)
				}
			}
		}
	}
	r.run(exitDone, "plan")
}

// placed is a column of the tables that the test made.
func placed(platform, column string) state.Securable {
	table, name, _ := strings.Cut(column, ".")
	s := state.Securable{Kind: state.KindColumn, Catalog: "CRM_PROD", Schema: "PUBLIC", Name: table, Column: name}
	if platform == "lake" {
		s.Catalog, s.Schema, s.Name, s.Column = "main", "crm", strings.ToLower(table), strings.ToLower(name)
	}
	return s
}

func texts(values []*string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		if out[i] = "NULL"; v != nil {
			out[i] = *v
		}
	}
	return out
}
