package snowflake

import (
	"context"
	"sort"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// param describes a session parameter.
type paramInfo struct {
	typ, def, doc string
}

// sessionParams are the parameters a session can set. What has an effect here: QUOTED_IDENTIFIERS_IGNORE_CASE, QUERY_TAG,
// STATEMENT_TIMEOUT_IN_SECONDS, LOCK_TIMEOUT, TIMEZONE, MULTI_STATEMENT_COUNT, JSON_INDENT, DATE_INPUT_FORMAT, DATE_OUTPUT_FORMAT, TIMESTAMP_INPUT_FORMAT. The others are kept and shown, as they only
// tell clients how to format or how to behave.
var sessionParams = map[string]paramInfo{
	"ABORT_DETACHED_QUERY":                          {"BOOLEAN", "false", "Abort the statements of a client that is gone"},
	"AUTOCOMMIT":                                    {"BOOLEAN", "true", "Commit each statement by itself"},
	"BINARY_OUTPUT_FORMAT":                          {"STRING", "HEX", "How clients write BINARY"},
	"CLIENT_METADATA_REQUEST_USE_CONNECTION_CTX":    {"BOOLEAN", "false", "Drivers limit metadata to the current database"},
	"CLIENT_RESULT_CHUNK_SIZE":                      {"NUMBER", "160", "Largest chunk of a result, in MB"},
	"CLIENT_SESSION_KEEP_ALIVE":                     {"BOOLEAN", "false", "Clients send heartbeats"},
	"CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY": {"NUMBER", "3600", "Seconds between heartbeats"},
	"CLIENT_STAGE_ARRAY_BINDING_THRESHOLD":          {"NUMBER", "0", "Number of bound values from which drivers use a stage"},
	"CLIENT_TIMESTAMP_TYPE_MAPPING":                 {"STRING", "TIMESTAMP_LTZ", "Type of bound timestamps"},
	"DATE_INPUT_FORMAT":                             {"STRING", "AUTO", "How text is read as DATE"},
	"DATE_OUTPUT_FORMAT":                            {"STRING", "YYYY-MM-DD", "How clients write DATE"},
	"ERROR_ON_NONDETERMINISTIC_UPDATE":              {"BOOLEAN", "false", "UPDATE fails when a row is joined several times"},
	"GO_QUERY_RESULT_FORMAT":                        {"STRING", "JSON", "Form of results for the Go driver"},
	"JSON_INDENT":                                   {"NUMBER", "2", "Blanks by which nested data is indented"},
	"LOCK_TIMEOUT":                                  {"NUMBER", "43200", "Seconds to wait for a lock"},
	"MULTI_STATEMENT_COUNT":                         {"NUMBER", "1", "Number of statements in a request, 0 for any"},
	"QUERY_TAG":                                     {"STRING", "", "Text kept with each statement"},
	"QUOTED_IDENTIFIERS_IGNORE_CASE":                {"BOOLEAN", "false", "Fold quoted identifiers"},
	"ROWS_PER_RESULTSET":                            {"NUMBER", "0", "Most rows of a result, 0 for all"},
	"STATEMENT_QUEUED_TIMEOUT_IN_SECONDS":           {"NUMBER", "0", "Seconds to wait for the warehouse, 0 for ever"},
	"STATEMENT_TIMEOUT_IN_SECONDS":                  {"NUMBER", "172800", "Seconds after which a statement is cancelled"},
	"TIMESTAMP_INPUT_FORMAT":                        {"STRING", "AUTO", "How text is read as a timestamp"},
	"TIMESTAMP_LTZ_OUTPUT_FORMAT":                   {"STRING", "", "How clients write TIMESTAMP_LTZ"},
	"TIMESTAMP_NTZ_OUTPUT_FORMAT":                   {"STRING", "YYYY-MM-DD HH24:MI:SS.FF3", "How clients write TIMESTAMP_NTZ"},
	"TIMESTAMP_OUTPUT_FORMAT":                       {"STRING", "YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM", "How clients write timestamps"},
	"TIMESTAMP_TYPE_MAPPING":                        {"STRING", "TIMESTAMP_NTZ", "What TIMESTAMP means"},
	"TIMESTAMP_TZ_OUTPUT_FORMAT":                    {"STRING", "", "How clients write TIMESTAMP_TZ"},
	"TIMEZONE":                                      {"STRING", "UTC", "Zone of the session"},
	"TIME_INPUT_FORMAT":                             {"STRING", "AUTO", "How text is read as TIME"},
	"TIME_OUTPUT_FORMAT":                            {"STRING", "HH24:MI:SS", "How clients write TIME"},
	"TRANSACTION_ABORT_ON_ERROR":                    {"BOOLEAN", "false", "An error ends the transaction"},
	"TRANSACTION_DEFAULT_ISOLATION_LEVEL":           {"STRING", "READ COMMITTED", "Isolation of transactions"},
	"TWO_DIGIT_CENTURY_START":                       {"NUMBER", "1970", "First year of two-digit years"},
	"USE_CACHED_RESULT":                             {"BOOLEAN", "true", "Reuse results"},
	"WEEK_OF_YEAR_POLICY":                           {"NUMBER", "0", "How weeks are counted"},
	"WEEK_START":                                    {"NUMBER", "0", "First day of the week"},
	"CLIENT_VALIDATE_DEFAULT_PARAMETERS":            {"BOOLEAN", "false", "Refuse a login whose role, warehouse or database is not there"},
	"CLIENT_MEMORY_LIMIT":                           {"NUMBER", "1536", "MB a client uses for results"},
	"CLIENT_PREFETCH_THREADS":                       {"NUMBER", "4", "Chunks loaded at the same time"},
	"CLIENT_TELEMETRY_ENABLED":                      {"BOOLEAN", "true", "Drivers send telemetry"},
	"ENABLE_UNLOAD_PHYSICAL_TYPE_OPTIMIZATION":      {"BOOLEAN", "true", "How types are unloaded"},
	"GEOGRAPHY_OUTPUT_FORMAT":                       {"STRING", "GeoJSON", "How clients write GEOGRAPHY"},
	"JDBC_QUERY_RESULT_FORMAT":                      {"STRING", "JSON", "Form of results for JDBC"},
	"PYTHON_CONNECTOR_QUERY_RESULT_FORMAT":          {"STRING", "JSON", "Form of results for the Python connector"},
	"STRICT_JSON_OUTPUT":                            {"BOOLEAN", "false", "JSON without undefined values"},
	"UNSUPPORTED_DDL_ACTION":                        {"STRING", "ignore", "What unsupported DDL does"},
	"CLIENT_RESULT_COLUMN_CASE_INSENSITIVE":         {"BOOLEAN", "false", "Drivers find columns in any case"},
	"CLIENT_TIMESTAMP_USE_SESSION_TIMEZONE":         {"BOOLEAN", "false", "Drivers use the session's zone"},
	"DEFAULT_NULL_ORDERING":                         {"STRING", "LAST", "Where NULL is sorted"},
	"ODBC_QUERY_RESULT_FORMAT":                      {"STRING", "JSON", "Form of results for ODBC"},
	"LOG_LEVEL":                                     {"STRING", "OFF", "Least severe message kept"},
	"TRACE_LEVEL":                                   {"STRING", "OFF", "Trace events kept"},
	"ENABLE_CONSOLE_OUTPUT":                         {"BOOLEAN", "false", "Print to the console"},
	"SIMULATED_DATA_SHARING_CONSUMER":               {"STRING", "", "Account to simulate"},
	"NOORDER_SEQUENCE_AS_DEFAULT":                   {"BOOLEAN", "true", "Sequences without order"},
	"S3_STAGE_VPCE_DNS_NAME":                        {"STRING", "", "Endpoint of stages"},
	"SEARCH_PATH":                                   {"STRING", "$current, $public", "Schemas searched for names"},
}

// clientParams are sent with each login and after ALTER SESSION; clients format values by them.
var clientParams = []string{"TIMEZONE", "CLIENT_SESSION_KEEP_ALIVE", "CLIENT_SESSION_KEEP_ALIVE_HEARTBEAT_FREQUENCY", "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD",
	"DATE_OUTPUT_FORMAT", "TIME_OUTPUT_FORMAT", "TIMESTAMP_OUTPUT_FORMAT", "TIMESTAMP_NTZ_OUTPUT_FORMAT", "TIMESTAMP_LTZ_OUTPUT_FORMAT",
	"TIMESTAMP_TZ_OUTPUT_FORMAT", "BINARY_OUTPUT_FORMAT", "CLIENT_RESULT_CHUNK_SIZE", "AUTOCOMMIT", "GO_QUERY_RESULT_FORMAT", "QUERY_TAG"}

// param gives the value in force: the session's, the user's, the account's, the default. Booleans are in lower case.
func (s *session) param(name string) string {
	if v, ok := s.params[name]; ok {
		return v
	}
	for _, o := range []*object{s.user, s.a.root} {
		if v, ok := o.props["param:"+name]; ok {
			return v
		}
	}
	return sessionParams[name].def
}

func (s *session) intParam(name string) int {
	n, err := strconv.Atoi(s.param(name))
	if err != nil {
		return 0
	}
	return n
}

// checkParam gives the stored form of a value, or refuses it.
func checkParam(name, value string) (string, error) {
	info, ok := sessionParams[name]
	if !ok {
		return "", compilation(codeInvalidProperty, "22023", "invalid parameter '%s'", name)
	}
	bad := compilation(codeInvalidValue, "22023", "invalid value [%s] for parameter '%s'", value, name)
	switch info.typ {
	case "BOOLEAN":
		value = strings.ToLower(value)
		if value != "true" && value != "false" {
			return "", bad
		}
	case "NUMBER":
		if n, err := strconv.Atoi(value); err != nil || n < 0 {
			return "", bad
		}
	}
	if name == "QUERY_TAG" && len(value) > 2000 {
		return "", bad
	}
	return value, nil
}

// setting is one NAME = value of ALTER SESSION and the like.
type setting struct{ name, value string }

// settings reads NAME = value [ , ] ... to the end.
func (c *cursor) settings() ([]setting, error) {
	var out []setting
	for !c.AtEnd() && !c.PeekKeyword(";") {
		name, err := c.AnyIdent()
		if err != nil {
			return nil, err
		}
		if err := c.ExpectKeyword("="); err != nil {
			return nil, err
		}
		v, err := c.settingValue()
		if err != nil {
			return nil, err
		}
		out = append(out, setting{strings.ToUpper(name.Text), v})
		c.AcceptKeyword(",")
	}
	if len(out) == 0 {
		return nil, c.Errorf("expected a setting")
	}
	return out, nil
}

func (c *cursor) settingValue() (string, error) {
	switch t := c.Peek(); t.Kind {
	case sqlengine.TokenString:
		return c.StringLiteral()
	case sqlengine.TokenNumber:
		c.Next()
		return t.Text, nil
	case sqlengine.TokenWord:
		c.Next()
		return strings.ToUpper(t.Text), nil
	case sqlengine.TokenQuoted:
		c.Next()
		return t.Text, nil
	}
	return "", c.Errorf("expected a value")
}

func (c *cursor) alterSession() (action, error) {
	if c.AcceptKeyword("UNSET") {
		var names []string
		err := c.CommaList(func() error {
			p, err := c.AnyIdent()
			names = append(names, strings.ToUpper(p.Text))
			return err
		})
		return func(context.Context) (*Result, error) { return c.s.unsetParams(names) }, err
	}
	if err := c.ExpectKeyword("SET"); err != nil {
		return nil, err
	}
	list, err := c.settings()
	if err != nil {
		return nil, err
	}
	return func(context.Context) (*Result, error) { return c.s.setParams(list) }, nil
}

func (s *session) setParams(list []setting) (*Result, error) {
	checked := make([]string, len(list))
	for i, x := range list {
		v, err := checkParam(x.name, x.value)
		if err != nil {
			return nil, err
		}
		checked[i] = v
	}
	for i, x := range list {
		s.params[x.name] = checked[i]
	}
	return sessionChanged(), nil
}

func (s *session) unsetParams(names []string) (*Result, error) {
	for _, n := range names {
		if _, ok := sessionParams[n]; !ok {
			return nil, compilation(codeInvalidProperty, "22023", "invalid parameter '%s'", n)
		}
	}
	for _, n := range names {
		delete(s.params, n)
	}
	return sessionChanged(), nil
}

func sessionChanged() *Result {
	r := done()
	r.typeID = typeAlterSession
	return r
}

// paramNames gives the names of all session parameters, in order.
func paramNames() []string {
	var out []string
	for n := range sessionParams {
		out = append(out, n)
	}
	sort.Strings(out)
	return out
}
