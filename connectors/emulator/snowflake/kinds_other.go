package snowflake

import (
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Properties of the kinds below. Procedures, streams, tasks and pipes are kept, listed, granted on and moved; nothing
// runs them: a procedure cannot be called, a stream not be selected from, a task not be resumed.
const (
	propDefinition = "definition"
	propPaused     = "PIPE_EXECUTION_PAUSED"
	propSource     = "source"
	propSort       = "sort"
)

// integrationSort reads the words that stand before INTEGRATION in CREATE.
func (c *cursor) integrationSort(d *definition) {
	for _, sort := range []string{"STORAGE", "NOTIFICATION", "SECURITY", "API"} {
		if c.PeekKeyword(sort, "INTEGRATION") {
			c.AcceptKeyword(sort)
			d.props = append(d.props, setting{propSort, sort})
		}
	}
}

// createProcedure reads a procedure in SQL; its body is kept as text.
func (c *cursor) createProcedure(d *definition) error {
	params, returns, err := c.routine(d)
	if err != nil {
		return err
	}
	for !c.AcceptKeyword("AS") {
		switch {
		case c.words("EXECUTE AS OWNER"), c.words("EXECUTE AS CALLER"), c.words("LANGUAGE SQL"):
		case c.PeekKeyword("LANGUAGE"):
			return errUnsupported("procedures in other languages than SQL")
		default:
			if err := c.functionOption(d); err != nil {
				return err
			}
		}
	}
	body, err := c.StringLiteral()
	d.fill = func(o *object) error {
		o.policy = &policy{params: params, returns: returns, body: body}
		return nil
	}
	return err
}

func (c *cursor) createStream(d *definition) error {
	if err := c.ExpectKeyword("ON"); err != nil {
		return err
	}
	if c.AcceptAny("TABLE", "VIEW") == "" {
		return errUnsupported("streams on %s", strings.ToUpper(c.Peek().Text))
	}
	name, err := c.Name()
	if err != nil {
		return err
	}
	d.fill = func(o *object) error {
		of, err := c.s.scope().relation(name)
		if err != nil {
			return err
		}
		if err := c.s.may().require(of, privSelect); err != nil {
			return err
		}
		o.setProp(propSource, of.dotted())
		return nil
	}
	return c.options(d)
}

// createTask reads a task, which is suspended when it is made.
func (c *cursor) createTask(d *definition) error {
	if err := c.settingsUntilAs(d, "WAREHOUSE", "SCHEDULE"); err != nil {
		return err
	}
	return c.rest(d)
}

// createPipe reads a pipe, which runs when it is made.
func (c *cursor) createPipe(d *definition) error {
	if err := c.settingsUntilAs(d, "AUTO_INGEST"); err != nil {
		return err
	}
	if !c.PeekKeyword("COPY", "INTO") {
		return c.Errorf("expected COPY INTO")
	}
	return c.rest(d)
}

// settingsUntilAs reads a comment and settings of these names, up to AS.
func (c *cursor) settingsUntilAs(d *definition, names ...string) error {
	for !c.AcceptKeyword("AS") {
		switch {
		case c.AcceptKeyword("COMMENT"):
			v, err := c.commentValue()
			if err != nil {
				return err
			}
			d.comment = v
		case slices.ContainsFunc(names, func(n string) bool { return c.PeekKeyword(n) }):
			if err := c.setting(d); err != nil {
				return err
			}
		default:
			return c.Errorf("expected AS")
		}
	}
	return nil
}

func (c *cursor) setting(d *definition) error {
	name, err := c.AnyIdent()
	if err != nil {
		return err
	}
	if err := c.ExpectKeyword("="); err != nil {
		return err
	}
	v, err := c.settingValue()
	d.props = append(d.props, setting{name.Text, v})
	return err
}

// rest keeps the statement that follows as its words.
func (c *cursor) rest(d *definition) error {
	var words []string
	for !c.AtEnd() && !c.PeekKeyword(";") {
		words = append(words, c.Next().Text)
	}
	if len(words) == 0 {
		return c.Errorf("expected a statement")
	}
	d.props = append(d.props, setting{propDefinition, strings.Join(words, " ")})
	return nil
}

// moved does what a transfer of ownership does to the object, or refuses it.
func (o *object) moved() error {
	if o.kind == kindPipe && o.prop(propPaused, "false") != "true" {
		return c42601("Pipe '%s' must be paused before its ownership is transferred.", o.name)
	}
	return nil
}

// showOtherRow gives the rows of the kinds of this file, in the columns of their SHOW.
func showOtherRow(o *object) sqlengine.Row {
	switch o.kind {
	case kindProcedure:
		n := int64(len(o.policy.params))
		base, _, _ := strings.Cut(o.name, "(")
		return sqlengine.Row{o.created, base, o.schema().name, "N", "N", "N", n, n, o.name + " RETURN " + bareType(o.policy.returns), o.comment, o.database().name, "N", "N", "N", nil, nil}
	case kindStream:
		source := o.prop(propSource, "")
		return sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, o.ownerName(), o.comment, source, "Table", source, "DELTA", "false", "DEFAULT", nil, "N/A", o.ownerType()}
	case kindTask:
		return sqlengine.Row{o.created, o.name, strconv.FormatInt(o.id, 10), o.database().name, o.schema().name, o.ownerName(), o.comment, orNull(o.prop("WAREHOUSE", "")), orNull(o.prop("SCHEDULE", "")),
			"[]", "suspended", o.prop(propDefinition, ""), nil, "false", nil, nil, nil, o.ownerType()}
	case kindPipe:
		return sqlengine.Row{o.created, o.name, o.database().name, o.schema().name, o.prop(propDefinition, ""), o.ownerName(), nil, o.comment, nil, nil, nil, o.ownerType(), nil}
	case kindSecret:
		return sqlengine.Row{o.created, o.name, o.schema().name, o.database().name, o.ownerName(), o.comment, o.prop("TYPE", ""), nil, o.ownerType()}
	case kindIntegration:
		return sqlengine.Row{o.name, o.prop("TYPE", ""), o.prop(propSort, ""), strings.ToLower(o.prop("ENABLED", "false")), o.comment, o.created}
	case kindMonitor:
		return sqlengine.Row{o.name, orNull(o.prop("CREDIT_QUOTA", "")), "0.00", orNull(o.prop("CREDIT_QUOTA", "")), nil, o.prop("FREQUENCY", "MONTHLY"), nil, nil, nil, nil, nil, o.created, o.ownerName(), o.comment, ""}
	case kindNetwork:
		return sqlengine.Row{o.created, o.name, o.comment, entries(o, "ALLOWED_IP_LIST"), entries(o, "BLOCKED_IP_LIST"), int64(0), int64(0)}
	}
	return sqlengine.Row{o.created, "OUTBOUND", "EMULATOR", o.name, shared(o), "", o.ownerName(), o.comment, "", "true"}
}

func entries(o *object, list string) int64 {
	v := o.prop(list, "")
	if v == "" {
		return 0
	}
	return int64(strings.Count(v, ",") + 1)
}

// shared gives the database that a share has been given usage of.
func shared(share *object) string {
	for _, g := range share.held {
		if g.on.kind == kindDatabase {
			return g.on.name
		}
	}
	return ""
}
