package snowflake

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/snowflakedb/gosnowflake"
)

// columnNames gives the columns of a result, separated by blanks.
func (q queryer) columnNames(query string) string {
	q.t.Helper()
	rs, err := q.db.QueryContext(context.Background(), query)
	if err != nil {
		q.t.Fatalf("%s: %v", query, err)
	}
	defer rs.Close()
	names, err := rs.Columns()
	if err != nil || rs.Err() != nil {
		q.t.Fatal(err, rs.Err())
	}
	return strings.Join(names, ",")
}

// TestColumnsOfListings holds the columns that clients read against the documented ones.
func TestColumnsOfListings(t *testing.T) {
	_, q := catalogued(t, "CREATE MASKING POLICY GOV.P.M AS (v VARCHAR) RETURNS VARCHAR -> v", "CREATE ROLE R")
	const policyReferences = "POLICY_DB,POLICY_SCHEMA,POLICY_NAME,POLICY_KIND,REF_DATABASE_NAME,REF_SCHEMA_NAME,REF_ENTITY_NAME,REF_ENTITY_DOMAIN,REF_COLUMN_NAME," +
		"REF_ARG_COLUMN_NAMES,TAG_DATABASE,TAG_SCHEMA,TAG_NAME,POLICY_STATUS"
	for query, want := range map[string]string{
		"SHOW DATABASES":                    "created_on,name,is_default,is_current,origin,owner,comment,options,retention_time,kind,owner_role_type",
		"SHOW SCHEMAS IN ACCOUNT":           "created_on,name,is_default,is_current,database_name,owner,comment,options,retention_time,owner_role_type",
		"SHOW VIEWS IN ACCOUNT":             "created_on,name,reserved,database_name,schema_name,owner,comment,text,is_secure,is_materialized,owner_role_type,change_tracking",
		"SHOW TAGS IN ACCOUNT":              "created_on,name,database_name,schema_name,owner,comment,allowed_values,owner_role_type,propagate,on_conflict",
		"SHOW MASKING POLICIES IN ACCOUNT":  "created_on,name,database_name,schema_name,kind,owner,comment,owner_role_type,options",
		"SHOW ROLES":                        "created_on,name,is_default,is_current,is_inherited,assigned_to_users,granted_to_roles,granted_roles,owner,comment",
		"SHOW DATABASE ROLES IN DATABASE D": "created_on,name,is_default,is_current,is_inherited,granted_to_roles,granted_to_database_roles,granted_database_roles,owner,comment,owner_role_type",
		"SHOW GRANTS ON DATABASE D":         "created_on,privilege,granted_on,name,granted_to,grantee_name,grant_option,granted_by,granted_by_role_type",
		"SHOW GRANTS TO ROLE R":             "created_on,privilege,granted_on,name,granted_to,grantee_name,grant_option,granted_by",
		"SHOW GRANTS OF ROLE R":             "created_on,role,granted_to,grantee_name,granted_by",
		"SHOW GRANTS TO USER ADMIN":         "created_on,privilege,granted_on,name,role,granted_to,grantee_name,grant_option,granted_by",
		"SHOW FUTURE GRANTS IN DATABASE D":  "created_on,privilege,grant_on,name,grant_to,grantee_name,grant_option",
		"DESCRIBE MASKING POLICY GOV.P.M":   "name,signature,return_type,body",
		"SELECT * FROM TABLE(D.INFORMATION_SCHEMA.POLICY_REFERENCES(POLICY_NAME => 'GOV.P.M'))": policyReferences,
		"SELECT * FROM TABLE(SNOWFLAKE.INFORMATION_SCHEMA.TAG_REFERENCES_ALL_COLUMNS('D.S.T', 'TABLE'))": "TAG_DATABASE,TAG_SCHEMA,TAG_NAME,TAG_VALUE,APPLY_METHOD,LEVEL," +
			"OBJECT_DATABASE,OBJECT_SCHEMA,OBJECT_NAME,DOMAIN,COLUMN_NAME",
	} {
		if got := q.columnNames(query); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
		}
	}
	if got := q.columnNames("DESCRIBE TABLE D.S.T"); !strings.HasPrefix(got, "name,type,kind,null?,default,primary key,unique key,check,expression,comment,policy name,privacy domain") {
		t.Error(got)
	}
}

func TestShowPages(t *testing.T) {
	s, q := catalogued(t)
	for i := range 7 {
		q.exec(fmt.Sprintf("CREATE TABLE D.S.P%d (A NUMBER)", i))
	}
	q.exec("CREATE TABLE D.S.\"p lower\" (A NUMBER)", "CREATE TABLE D.S.XP_1 (A NUMBER)", "CREATE TABLE D.S.XPA1 (A NUMBER)")
	for query, want := range map[string]string{
		"SHOW TABLES LIKE 'P%' IN SCHEMA D.S LIMIT 3":            "P0;P1;P2",
		"SHOW TABLES LIKE 'P%' IN SCHEMA D.S LIMIT 3 FROM 'P2'":  "P3;P4;P5",
		"SHOW TABLES LIKE 'p%' IN SCHEMA D.S LIMIT 10 FROM 'P5'": "P6;p lower",
		"SHOW TABLES IN SCHEMA D.S STARTS WITH 'p'":              "p lower",
		`SHOW TABLES LIKE 'XP\\_1' IN DATABASE D`:                "XP_1",
		"SHOW TABLES LIKE 'XP_1' IN ACCOUNT":                     "XPA1;XP_1",
		"SHOW SCHEMAS IN DATABASE D":                             "PUBLIC;S",
	} {
		if got := q.rows(query, "name"); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	a := New(Options{ShowLimit: 2})
	for i := range 5 {
		if err := a.Exec(roleAccountAdmin, fmt.Sprintf("CREATE ROLE R%d", i)); err != nil {
			t.Fatal(err)
		}
	}
	if r, err := a.Query(context.Background(), AdminUser, roleAccountAdmin, "SHOW ROLES"); err != nil || len(r.Rows) != 2 {
		t.Errorf("the cap: %v, %v", r, err)
	}
	_ = s
}

// TestOnlyTheGrantedIsShown: what a role has no privilege on is not there for it.
func TestOnlyTheGrantedIsShown(t *testing.T) {
	s, q := catalogued(t, "CREATE DATABASE SECRET", "CREATE TABLE SECRET.PUBLIC.T (A NUMBER)", "CREATE TABLE D.S.HIDDEN (A NUMBER)", star, "CREATE TAG GOV.T.PII")
	r := s.role("R", "GRANT USAGE ON DATABASE D TO ROLE R", "GRANT USAGE ON SCHEMA D.S TO ROLE R", "GRANT SELECT ON TABLE D.S.T TO ROLE R")
	if got := r.rows("SHOW DATABASES", "name"); got != "D;SNOWFLAKE" {
		t.Error(got)
	}
	if got := r.rows("SHOW TABLES IN ACCOUNT", "name"); got != "T" {
		t.Error(got)
	}
	if got := r.rows("SHOW MASKING POLICIES IN ACCOUNT", "name") + r.rows("SHOW TAGS IN ACCOUNT", "name"); strings.Contains(got, "STAR") || strings.Contains(got, "PII") {
		t.Error(got)
	}
	if got := r.rows("SELECT TABLE_NAME FROM D.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA = 'S'"); got != "T" {
		t.Error(got)
	}
	r.refused(codeMissing, "DESCRIBE TABLE D.S.HIDDEN")
	r.refused(codeMissing, "SHOW TABLES IN DATABASE SECRET")
	r.refused(codeMissing, "SELECT * FROM SECRET.INFORMATION_SCHEMA.TABLES")
	q.exec("GRANT APPLY MASKING POLICY, APPLY TAG ON ACCOUNT TO ROLE R")
	if got := r.rows("SHOW MASKING POLICIES IN ACCOUNT", "name"); got != "STAR" {
		t.Error(got)
	}
	r.exec("DESCRIBE TABLE D.S.HIDDEN")
	q.exec("GRANT MANAGE GRANTS ON ACCOUNT TO ROLE R")
	if got := r.rows("SHOW TABLES IN ACCOUNT", "name"); got != "HIDDEN;T;T" {
		t.Error(got)
	}
}

func TestInformationSchema(t *testing.T) {
	_, q := catalogued(t, "CREATE VIEW D.S.V AS SELECT ID FROM D.S.T")
	for query, want := range map[string]string{
		"SELECT COLUMN_NAME, ORDINAL_POSITION, IS_NULLABLE, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE FROM D.INFORMATION_SCHEMA.COLUMNS WHERE TABLE_NAME = 'T' " +
			"ORDER BY ORDINAL_POSITION LIMIT 2": "ID|1|NO|NUMBER|∅|10|0;EMAIL|2|YES|TEXT|100|∅|∅",
		"SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ROW_COUNT FROM D.INFORMATION_SCHEMA.TABLES WHERE TABLE_SCHEMA <> 'INFORMATION_SCHEMA' ORDER BY 2": "S|T|BASE TABLE|2;S|V|VIEW|∅",
		"SELECT TABLE_NAME FROM D.INFORMATION_SCHEMA.VIEWS WHERE TABLE_SCHEMA = 'S'":                                                                    "V",
		"SELECT SCHEMA_NAME FROM D.INFORMATION_SCHEMA.SCHEMATA WHERE SCHEMA_NAME <> 'INFORMATION_SCHEMA' ORDER BY 1":                                    "PUBLIC;S",
		"SELECT COUNT(*) FROM D.INFORMATION_SCHEMA.DATABASES WHERE DATABASE_NAME = 'D'":                                                                 "1",
		"SELECT PRIVILEGE_TYPE, GRANTEE FROM D.INFORMATION_SCHEMA.OBJECT_PRIVILEGES WHERE OBJECT_NAME = 'T' AND OBJECT_TYPE = 'TABLE'":                  "OWNERSHIP|ACCOUNTADMIN",
	} {
		if got := q.rows(query); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", query, got, want)
		}
	}
}

func TestQueriesNeedAWarehouse(t *testing.T) {
	s, _ := catalogued(t)
	db := queryer{t, s.open(AdminUser, AdminPassword, roleAccountAdmin, func(c *gosnowflake.Config) { c.Warehouse = "" })}
	db.refused(codeNoWarehouse, "SELECT * FROM D.S.T")
	db.refused(codeNoWarehouse, "SELECT * FROM D.INFORMATION_SCHEMA.TABLES")
	db.exec("SHOW TABLES IN ACCOUNT", "DESCRIBE TABLE D.S.T", "USE WAREHOUSE WH", "SELECT * FROM D.S.T")
}

// TestListingsTellTimeInMilliseconds, as their type says.
func TestListingsTellTimeInMilliseconds(t *testing.T) {
	_, q := catalogued(t)
	for _, query := range []string{"SHOW DATABASES LIKE 'D'", "SHOW GRANTS ON DATABASE D"} {
		if got := q.rows(query, "created_on"); got == "" || regexp.MustCompile(`\.\d{4}`).MatchString(got) {
			t.Errorf("%s: %s", query, got)
		}
	}
}
