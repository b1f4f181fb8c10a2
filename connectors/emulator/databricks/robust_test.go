package databricks_test

import (
	"errors"
	"strings"
	"testing"

	emulator "github.com/polsync/polsync/connectors/emulator/databricks"
)

var statementCorpus = []string{
	"CREATE OR REPLACE FUNCTION main.governance.f ( v STRING COMMENT 'x' , w DECIMAL ( 10 , 2 ) ) RETURNS STRING COMMENT 'c' DETERMINISTIC RETURN CASE WHEN is_member ( 'a' ) THEN v ELSE NULL END",
	"CREATE TABLE IF NOT EXISTS sandbox.scratch.z ( a INT NOT NULL DEFAULT 1 COMMENT 'x' , b STRING MASK main.governance.f USING COLUMNS ( a , 'x' , - 1 ) ) USING delta COMMENT 'c' TBLPROPERTIES ( 'k' = 'v' ) WITH ROW FILTER main.governance.g ON ( a )",
	"CREATE POLICY p ON SCHEMA main.crm COMMENT 'c' COLUMN MASK main.governance.f TO `hr` , `finance` EXCEPT `support` FOR TABLES WHEN has_tag ( 'a' ) AND NOT has_tag_value ( 'b' , 'c' ) MATCH COLUMNS has_tag ( 'x' ) AS m , TRUE AS n ON COLUMN m USING COLUMNS ( n , 'l' )",
	"ALTER TABLE main.crm.customers ALTER COLUMN email SET MASK main.governance.f USING COLUMNS ( phone , 3 )",
	"ALTER TABLE main.crm.customers ALTER COLUMN email SET TAGS ( 'a' = 'b' , 'c' )",
	"ALTER TABLE main.crm.customers SET ROW FILTER main.governance.f ON ( )",
	"ALTER VIEW main.crm.customer_contacts OWNER TO `hr`",
	"SET TAG ON COLUMN main.crm.customers.email k = v",
	"GRANT USE CATALOG , SELECT ON CATALOG main TO `hr`",
	"REVOKE ALL PRIVILEGES ON TABLE main.crm.customers FROM `hr`",
	"SHOW GRANTS `hr` ON TABLE main.crm.customers",
	"DESCRIBE TABLE EXTENDED main.crm.customers AS JSON",
	"UPDATE sandbox.scratch.customer_copy AS c SET who = upper ( c.who ) , mail = NULL WHERE c.id = 1",
	"DELETE FROM sandbox.scratch.customer_copy AS c WHERE c.id = 1",
	"INSERT INTO sandbox.scratch.customer_copy ( id , who ) VALUES ( 1 , 'x' )",
	"CREATE GOVERNED TAG k DESCRIPTION 'd' VALUES ( 'a' , 'b' )",
	"COMMENT ON COLUMN main.crm.customers.email IS 'x'",
	"ALTER TABLE sandbox.scratch.customer_copy ADD COLUMNS ( x INT COMMENT 'c' , y STRING )",
	"SHOW EFFECTIVE POLICIES ON TABLE main.crm.customers",
	"DROP TABLE IF EXISTS sandbox.scratch.z",
}

// Whatever part of a statement arrives, the answer is a result or an *Error.
func TestBrokenStatementsAreRefusedInForm(t *testing.T) {
	b := sample(t)
	check := func(words []string) {
		err := b.w.Exec(admin, strings.Join(words, " "))
		var e *emulator.Error
		if err != nil && (!errors.As(err, &e) || e.Condition == "" || e.Condition == "INTERNAL_ERROR") {
			t.Errorf("%s: %v", strings.Join(words, " "), err)
		}
	}
	for _, s := range statementCorpus {
		words := strings.Fields(s)
		for i := range words {
			check(words[:i+1])
			check(append(append([]string{}, words[:i]...), words[i+1:]...))
			check(append(append(append([]string{}, words[:i]...), "`", "'"), words[i:]...))
			check(append(append(append([]string{}, words[:i]...), words[i]), words[i:]...))
		}
	}
}
