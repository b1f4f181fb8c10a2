package databricks

import (
	"fmt"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// systemTable is a table of the system catalog that the platform fills.
type systemTable struct {
	schema, name, columns string
	rows                  func(*Workspace) []sqlengine.Row
}

// systemTables lists them. Reading them takes USE SCHEMA and SELECT given by the
// metastore's admin; only the information schema is open to all.
func systemTables() []systemTable {
	return []systemTable{
		{"access", "audit", `account_id STRING, workspace_id STRING, version STRING, event_time TIMESTAMP, event_date DATE, source_ip_address STRING,
			user_agent STRING, session_id STRING, user_identity STRUCT<email: STRING, subject_name: STRING>, service_name STRING, action_name STRING,
			request_id STRING, request_params MAP<STRING, STRING>, response STRUCT<status_code: INT, error_message: STRING, result: STRING>,
			audit_level STRING, event_id STRING, identity_metadata STRUCT<run_by: STRING, run_as: STRING>`, auditRows},
		{"query", "history", `account_id STRING, workspace_id STRING, statement_id STRING, session_id STRING, executed_by STRING, executed_by_user_id STRING,
			executed_as STRING, executed_as_user_id STRING, execution_status STRING,
			compute STRUCT<type: STRING, cluster_id: STRING, warehouse_id: STRING>, statement_text STRING, statement_type STRING, error_message STRING,
			client_application STRING, client_driver STRING, start_time TIMESTAMP, end_time TIMESTAMP, update_time TIMESTAMP, total_duration_ms BIGINT,
			produced_rows BIGINT, from_result_cache BOOLEAN`, historyRows},
		{"data_classification", "results", `latest_detected_time TIMESTAMP, first_detected_time TIMESTAMP, catalog_id STRING, table_id STRING, catalog_name STRING, schema_name STRING,
			table_name STRING, column_name STRING, data_type STRING, class_tag STRING, samples ARRAY<STRING>, confidence STRING, frequency FLOAT`, classificationRows},
	}
}

func (w *Workspace) addSystemTables(c *securable) {
	for _, t := range systemTables() {
		sch := c.child(kindSchema, t.schema)
		if sch == nil {
			sch = &securable{kind: kindSchema, name: t.schema, parent: c, owner: "System user", id: w.newID(), children: map[childKey]*securable{},
				created: c.created, altered: c.altered}
			c.children[childKey{kindSchema, sch.name}] = sch
		}
		x := &securable{kind: kindTable, name: t.name, parent: sch, owner: "System user", id: w.newID(), created: c.created, altered: c.altered,
			table: &table{tableType: typeManaged, columns: columnsFrom(t.columns), generate: t.rows}}
		sch.children[childKey{kindTable, x.name}] = x
	}
}

// columnsFrom reads columns as CREATE TABLE writes them. The texts are constants
// of this file, so an error is a mistake in it.
func columnsFrom(text string) []*column {
	c := &cursor{sqlengine.NewParser(sqlengine.Databricks, text), nil}
	def := &tableDef{}
	if err := c.CommaList(func() error { return c.columnDef(def) }); err != nil {
		panic(fmt.Sprintf("columns of a system table: %v", err))
	}
	var out []*column
	for i := range def.columns {
		out = append(out, &def.columns[i].column)
	}
	return out
}

// auditEvent is one entry of the audit log: a change, and who made it.
type auditEvent struct {
	at             time.Time
	who, userAgent string
	action         string
	params         *sqlengine.Map
	id             string
}

// audit records a change. params are names and values in turn.
func (w *Workspace) audit(id identity, action string, params ...string) {
	m := &sqlengine.Map{}
	for i := 0; i+1 < len(params); i += 2 {
		m.Set(params[i], params[i+1])
	}
	w.audited = append(w.audited, auditEvent{w.now(), id.name, id.agent, action, m, w.newID()})
}

// past reports whether the system tables show what happened at t.
func (w *Workspace) past(t time.Time) bool { return !t.After(w.now().Add(-w.opt.SystemLag)) }

func structOf(pairs ...sqlengine.Value) *sqlengine.Map {
	m := &sqlengine.Map{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m.Set(fmt.Sprint(pairs[i]), pairs[i+1])
	}
	return m
}

func auditRows(w *Workspace) []sqlengine.Row {
	var out []sqlengine.Row
	for _, e := range w.audited {
		if !w.past(e.at) {
			continue
		}
		out = append(out, sqlengine.Row{w.opt.AccountID, w.workspaceNumber(), "2.0", e.at, sqlengine.DateOf(e.at), "127.0.0.1", e.userAgent, nil,
			structOf("email", e.who, "subject_name", nil), "unityCatalog", e.action, e.id, e.params,
			structOf("status_code", int64(200), "error_message", nil, "result", nil), "ACCOUNT_LEVEL", e.id, structOf("run_by", e.who, "run_as", e.who)})
	}
	return out
}

// historyStatus translates the states of executions.
var historyStatus = map[string]string{"SUCCEEDED": "FINISHED", "FAILED": "FAILED", "CANCELED": "CANCELED"}

func historyRows(w *Workspace) []sqlengine.Row {
	w.runs.Lock()
	executed := w.executed
	w.runs.Unlock()
	var out []sqlengine.Row
	for _, s := range executed {
		if !w.past(s.Ended) {
			continue
		}
		user := ""
		if p := w.principal(s.Principal); p != nil {
			user = p.id
		}
		out = append(out, sqlengine.Row{w.opt.AccountID, w.workspaceNumber(), s.ID, s.ID, s.Principal, user, s.Principal, user, historyStatus[s.State],
			structOf("type", "WAREHOUSE", "cluster_id", nil, "warehouse_id", s.Warehouse), s.SQL, statementType(s.SQL), orNull(s.Error),
			s.UserAgent, "Databricks SQL Statement Execution API", s.Time, s.Ended, s.Ended, s.Ended.Sub(s.Time).Milliseconds(), int64(s.Rows), false})
	}
	return out
}

// statementType is the first word of a statement.
func statementType(sql string) string {
	t := sqlengine.NewParser(sqlengine.Databricks, sql).Peek()
	return strings.ToUpper(t.Text)
}
