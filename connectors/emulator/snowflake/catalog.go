package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

const informationSchema = "INFORMATION_SCHEMA"

// TableFunction implements sqlengine.Catalog.
func (c *catalog) TableFunction(_ context.Context, name sqlengine.Name, args []sqlengine.Argument) (*sqlengine.Table, error) {
	if err := c.s.requireWarehouse(); err != nil {
		return nil, err
	}
	if len(name) < 2 || name[len(name)-2].Text != informationSchema {
		return nil, compilation(2140, "42601", "Unknown table function %s", full(name))
	}
	if _, err := c.informationDatabase(name); err != nil {
		return nil, err
	}
	switch name.Last() {
	case "TAG_REFERENCES":
		return c.tagReferences(args)
	case "TAG_REFERENCES_ALL_COLUMNS":
		return c.tagReferencesAllColumns(args)
	case "POLICY_REFERENCES":
		return c.policyReferences(args)
	}
	return nil, errUnsupported("table function %s", full(name))
}

// informationDatabase gives the database whose information schema a name means.
func (c *catalog) informationDatabase(name sqlengine.Name) (*object, error) {
	db, err := c.scope.databaseOf(kindView, name, len(name)-3)
	if err != nil {
		return nil, err
	}
	if db.name != systemDatabase && !c.scope.may.some(db) {
		return nil, errMissing(kindDatabase, db.name)
	}
	return db, nil
}

// nameArgument reads an object's name given as text.
func nameArgument(text string) (sqlengine.Name, error) {
	name, err := sqlengine.ParseName(sqlengine.Snowflake, strings.TrimSpace(text))
	if err != nil {
		return nil, compilation(codeCompilation, "42601", "Invalid object name '%s'.", text)
	}
	return name, nil
}
