package snowflake

import (
	"context"
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// definition is an object that a CREATE statement makes.
type definition struct {
	kind        kind
	name        sqlengine.Name
	replace     bool
	orAlter     bool
	ifNotExists bool
	copyGrants  bool
	modifiers   map[string]bool // TRANSIENT, TEMPORARY, SECURE
	comment     string
	commented   bool // a comment is written, be it empty
	tags        []tagPair
	props       []setting

	fill   func(o *object) error // sets what belongs to the kind; an error undoes the CREATE
	change func(o *object) error // for OR ALTER of what is there
}

// creators parse what follows the kind.
func creators() map[kind]func(*cursor, *definition) error {
	return map[kind]func(*cursor, *definition) error{
		kindDatabase: (*cursor).createContainer, kindSchema: (*cursor).createContainer,
		kindRole: (*cursor).createPlain, kindDatabaseRole: (*cursor).createPlain, kindWarehouse: (*cursor).createPlain,
		kindStage: (*cursor).createPlain, kindSequence: (*cursor).createSequence, kindFileFormat: (*cursor).createPlain,
		kindUser: (*cursor).createUser, kindTable: (*cursor).createTable, kindView: (*cursor).createView, kindTag: (*cursor).createTag,
		kindMaterialized: (*cursor).createView, kindDynamic: (*cursor).createDynamic, kindExternal: (*cursor).createExternal,
		kindMasking: (*cursor).createPolicy, kindRowAccess: (*cursor).createPolicy, kindProjection: (*cursor).createPolicy,
		kindAggregation: (*cursor).createPolicy, kindJoin: (*cursor).createPolicy, kindFunction: (*cursor).createFunction,
		kindProcedure: (*cursor).createProcedure, kindStream: (*cursor).createStream, kindTask: (*cursor).createTask, kindPipe: (*cursor).createPipe,
		kindSecret: (*cursor).createPlain, kindIntegration: (*cursor).createPlain, kindMonitor: (*cursor).createPlain, kindNetwork: (*cursor).createPlain,
		kindShare: (*cursor).createPlain,
	}
}

func (c *cursor) create() (action, error) {
	d := &definition{modifiers: map[string]bool{}}
	d.replace = c.words("OR REPLACE")
	d.orAlter = !d.replace && c.words("OR ALTER")
	c.modifiers(d)
	if c.words("PRIVACY POLICY") {
		return nil, errUnsupported("privacy policies")
	}
	c.integrationSort(d)
	k, ok := c.kind()
	if !ok {
		return nil, c.unknownKind()
	}
	d.kind = k
	d.ifNotExists = c.ifNotExists()
	if d.replace && d.ifNotExists {
		return nil, compilation(codeCompilation, "42601", "options IF NOT EXISTS and OR REPLACE are incompatible.")
	}
	var err error
	if d.name, err = c.Name(); err != nil {
		return nil, err
	}
	if err := creators()[k](c, d); err != nil {
		return nil, err
	}
	if d.orAlter && d.change == nil {
		return nil, errUnsupported("CREATE OR ALTER %s", k.keywords())
	}
	return func(context.Context) (*Result, error) { return c.s.make(d) }, nil
}

// unknownKind tells a kind that the emulator lacks from a typing error.
func (c *cursor) unknownKind() error {
	if t := c.Peek(); t.Kind == sqlengine.TokenWord && knownKinds[strings.ToUpper(t.Text)] {
		return errUnsupported("objects of type %s", strings.ToUpper(t.Text))
	}
	return c.Errorf("expected a kind of object")
}

func (c *cursor) modifiers(d *definition) {
	for {
		if sort := c.tableSort(); sort != "" {
			d.modifiers[sort] = true
			return
		}
		switch w := c.AcceptAny("TRANSIENT", "TEMPORARY", "TEMP", "SECURE", "LOCAL", "GLOBAL", "VOLATILE"); w {
		case "":
			return
		case "TEMP", "VOLATILE":
			d.modifiers["TEMPORARY"] = true
		default:
			d.modifiers[w] = true
		}
	}
}

// tableSort reads the word before TABLE of tables that are granted as TABLE and shown as what they are.
func (c *cursor) tableSort() string {
	for _, w := range tableSorts {
		if c.PeekKeyword(w, "TABLE") {
			c.Next()
			return w + "_TABLE"
		}
	}
	return ""
}

var tableSorts = []string{"HYBRID", "INTERACTIVE", "EVENT", "ICEBERG"}

// make carries out a CREATE.
func (s *session) make(d *definition) (*Result, error) {
	s.commit()
	if d.kind.isPolicy() && s.a.opt.Edition == Standard {
		return nil, errorf(codeUnsupportedFeature, "0A000", "Unsupported feature '%s'.", d.kind.keywords())
	}
	sc := s.scope()
	in, name, err := sc.place(d.kind, d.name)
	if err != nil {
		return nil, err
	}
	old := in.child(d.kind.info().space, name)
	if old != nil && d.orAlter {
		return s.createOrAlter(d, old)
	}
	if err := sc.may.requireCreate(d.kind, in); err != nil {
		return nil, err
	}
	switch {
	case old != nil && d.ifNotExists:
		return status("%s already exists, statement succeeded.", name), nil
	case old != nil && !d.replace:
		return nil, errExists(old.dotted())
	case old != nil:
		if err := s.replaceable(d, old); err != nil {
			return nil, err
		}
	}
	o, err := s.build(d, in, name)
	if err != nil {
		return nil, err
	}
	if old != nil {
		s.replaced(d, old, o)
	}
	if err := s.install(d, in, o); err != nil {
		return nil, err
	}
	return status("%s %s successfully created.", d.kind.title(), name), nil
}

func (s *session) createOrAlter(d *definition, old *object) (*Result, error) {
	if old.kind != d.kind {
		return nil, wrongKind(old, d.kind)
	}
	if err := s.may().requireOwner(old); err != nil {
		return nil, err
	}
	if err := d.change(old); err != nil {
		return nil, err
	}
	s.a.touch(old)
	return done(), nil
}

// replaceable checks what OR REPLACE would drop.
func (s *session) replaceable(d *definition, old *object) error {
	if old.kind != d.kind {
		return wrongKind(old, d.kind)
	}
	if err := s.may().requireOwner(old); err != nil {
		return err
	}
	return s.a.droppable(old)
}

// build makes the object without putting it anywhere.
func (s *session) build(d *definition, in *object, name string) (*object, error) {
	now := s.a.now()
	o := &object{id: s.a.nextID(), kind: d.kind, name: name, parent: in, owner: s.role, comment: d.comment, created: now, altered: now}
	for _, p := range d.props {
		o.setProp(p.name, p.value)
	}
	if d.kind == kindDatabase || d.kind == kindSchema {
		o.children = map[childKey]*object{}
		if d.modifiers["TRANSIENT"] {
			o.setProp("transient", "true")
		}
	}
	if d.fill != nil {
		if err := d.fill(o); err != nil {
			return nil, err
		}
	}
	return o, s.checkTagPairs(o, nil, d.tags)
}

// replaced drops the object that OR REPLACE replaces. Its tags and policies go with it, its grants unless they are copied.
func (s *session) replaced(d *definition, old, o *object) {
	var keep []*grant
	if d.copyGrants {
		for _, g := range old.grants {
			keep = append(keep, &grant{privilege: g.privilege, on: o, to: g.to, by: g.by, option: g.option})
		}
	}
	s.a.remove(old)
	for _, g := range keep {
		s.a.addGrant(g)
	}
}

func (s *session) install(d *definition, in, o *object) error {
	in.children[childKey{o.space(), o.name}] = o
	s.a.touchTree(o)
	s.a.applyFuture(o)
	s.setTagPairs(o, nil, d.tags)
	switch d.kind {
	case kindDatabase:
		if o.child("schema", "PUBLIC") == nil && !o.imported() {
			s.a.applyFuture(s.a.add(kindSchema, o, "PUBLIC", o.owner))
		}
		s.database, s.schema = o, o.child("schema", "PUBLIC")
	case kindSchema:
		s.database, s.schema = in, o
	case kindWarehouse:
		s.warehouse = o
	}
	return nil
}

// containerOptions of databases and schemas that are kept and shown.
func (c *cursor) createContainer(d *definition) error {
	if c.AcceptKeyword("CLONE") {
		name, err := c.Name()
		d.fill = func(o *object) error { return c.s.cloneContainer(o, name) }
		if err != nil {
			return err
		}
	}
	if d.kind == kindDatabase && c.words("FROM SHARE") {
		name, err := c.Name()
		d.fill = func(o *object) error { return c.s.importShare(o, name) }
		if err != nil {
			return err
		}
	}
	return c.options(d)
}

func (c *cursor) createPlain(d *definition) error {
	if d.kind == kindRole {
		d.change = func(o *object) error { o.comment = d.comment; return nil }
	}
	return c.options(d)
}

// options reads [WITH] TAG (...), [WITH] MANAGED ACCESS, COMMENT = and NAME = value, in any order.
func (c *cursor) options(d *definition) error {
	for !c.AtEnd() && !c.PeekKeyword(";") {
		if err := c.option(d); err != nil {
			return err
		}
		c.AcceptKeyword(",")
	}
	return nil
}

func (c *cursor) option(d *definition) (err error) {
	c.AcceptKeyword("WITH")
	switch {
	case c.AcceptKeyword("TAG"):
		d.tags, err = c.tagPairsInParens()
		return err
	case c.words("MANAGED ACCESS"):
		d.props = append(d.props, setting{"managed", "true"})
		return nil
	case c.AcceptKeyword("COMMENT"):
		d.commented = true
		d.comment, err = c.commentValue()
		return err
	}
	known := kindOptions[d.kind]
	name, err := c.AnyIdent()
	if err != nil {
		return err
	}
	if err := c.ExpectKeyword("="); err != nil {
		return err
	}
	if !contains(known, name.Text) {
		return compilation(codeInvalidProperty, "22023", "invalid property '%s' for '%s'", name.Text, d.kind.keywords())
	}
	v, err := c.optionValue()
	d.props = append(d.props, setting{name.Text, v})
	return err
}

// optionValue is a setting, or a list in parentheses.
func (c *cursor) optionValue() (string, error) {
	if !c.PeekKeyword("(") {
		return c.settingValue()
	}
	var parts []string
	err := c.Parens(func() error {
		v, err := c.settingValue()
		parts = append(parts, v)
		return err
	})
	return strings.Join(parts, ","), err
}

var kindOptions = map[kind][]string{
	kindDatabase: {"DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "DEFAULT_DDL_COLLATION"},
	kindSchema:   {"DATA_RETENTION_TIME_IN_DAYS", "MAX_DATA_EXTENSION_TIME_IN_DAYS", "DEFAULT_DDL_COLLATION"},
	kindWarehouse: {"WAREHOUSE_SIZE", "WAREHOUSE_TYPE", "AUTO_SUSPEND", "AUTO_RESUME", "INITIALLY_SUSPENDED", "MAX_CLUSTER_COUNT", "MIN_CLUSTER_COUNT",
		"SCALING_POLICY", "STATEMENT_TIMEOUT_IN_SECONDS", "STATEMENT_QUEUED_TIMEOUT_IN_SECONDS", "MAX_CONCURRENCY_LEVEL"},
	kindStage:      {"URL", "STORAGE_INTEGRATION", "FILE_FORMAT", "DIRECTORY"},
	kindFileFormat: {"TYPE", "FIELD_DELIMITER", "SKIP_HEADER", "NULL_IF", "COMPRESSION"},
	kindSecret:     {"TYPE", "SECRET_STRING", "USERNAME", "PASSWORD"},
	kindIntegration: {"TYPE", "ENABLED", "STORAGE_PROVIDER", "STORAGE_AWS_ROLE_ARN", "STORAGE_ALLOWED_LOCATIONS", "STORAGE_BLOCKED_LOCATIONS", "ALLOWED_RECIPIENTS",
		"OAUTH_CLIENT", "OAUTH_REDIRECT_URI", "OAUTH_CLIENT_TYPE", "SCIM_CLIENT", "RUN_AS_ROLE"},
	kindMonitor: {"CREDIT_QUOTA", "FREQUENCY", "START_TIMESTAMP", "NOTIFY_USERS"},
	kindNetwork: {"ALLOWED_IP_LIST", "BLOCKED_IP_LIST"},
	kindUser: {"PASSWORD", "LOGIN_NAME", "DISPLAY_NAME", "FIRST_NAME", "MIDDLE_NAME", "LAST_NAME", "EMAIL", "MUST_CHANGE_PASSWORD", "DISABLED",
		"DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE", "DEFAULT_ROLE", "DEFAULT_SECONDARY_ROLES", "RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2", "TYPE", "DAYS_TO_EXPIRY",
		"MINS_TO_UNLOCK", "MINS_TO_BYPASS_MFA", "NETWORK_POLICY"},
}

func (c *cursor) createSequence(d *definition) error {
	for _, w := range []string{"START", "INCREMENT"} {
		if !c.AcceptKeyword(w) {
			continue
		}
		c.AcceptAny("WITH", "BY", "=")
		n, err := c.IntLiteral()
		if err != nil {
			return err
		}
		d.props = append(d.props, setting{w, fmt.Sprint(n)})
	}
	c.AcceptAny("ORDER", "NOORDER")
	return c.options(d)
}

// routine reads what a function or procedure takes and gives; its types become part of the name.
func (c *cursor) routine(d *definition) ([]sqlengine.Param, sqlengine.Type, error) {
	params, err := c.params()
	if err != nil {
		return nil, sqlengine.Type{}, err
	}
	types := make([]string, len(params))
	for i, p := range params {
		types[i] = bareType(p.Type)
	}
	d.name[len(d.name)-1].Text += "(" + strings.Join(types, ", ") + ")"
	if err := c.ExpectKeyword("RETURNS"); err != nil {
		return nil, sqlengine.Type{}, err
	}
	returns, err := c.Type()
	return params, returns, err
}

// createFunction reads a SQL function of scalars.
func (c *cursor) createFunction(d *definition) error {
	params, returns, err := c.routine(d)
	if err != nil {
		return err
	}
	for !c.AcceptKeyword("AS") {
		if c.PeekKeyword("LANGUAGE") && !c.PeekKeyword("LANGUAGE", "SQL") {
			return errUnsupported("functions in other languages than SQL")
		}
		if err := c.functionOption(d); err != nil {
			return err
		}
	}
	body, err := c.StringLiteral()
	if err != nil {
		return err
	}
	p := sqlengine.NewParser(sqlengine.Snowflake, body)
	e, err := p.Expr()
	if err == nil {
		err = p.ExpectEnd()
	}
	d.fill = func(o *object) error {
		o.policy = &policy{params: params, returns: returns, body: body, expr: e}
		return nil
	}
	return err
}

func (c *cursor) functionOption(d *definition) (err error) {
	switch {
	case c.words("LANGUAGE SQL"), c.AcceptAny("IMMUTABLE", "VOLATILE", "MEMOIZABLE") != "", c.words("NOT NULL"):
		return nil
	case c.AcceptKeyword("COMMENT"):
		d.comment, err = c.commentValue()
		return err
	}
	return c.Errorf("expected AS")
}
