package snowflake

import (
	"context"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// cast converts a value as an assignment to a column of a type does.
func cast(es *sqlengine.Session, v sqlengine.Value, from, to sqlengine.Type) (sqlengine.Value, error) {
	if v == nil {
		return nil, nil
	}
	e := &sqlengine.Cast{X: &sqlengine.ColumnRef{Name: sqlengine.NameOf("V")}, Type: to}
	p, err := es.PrepareExpr(context.Background(), e, []sqlengine.Param{{Name: "V", Type: from}})
	if err != nil {
		return nil, err
	}
	return p.Eval(context.Background(), []sqlengine.Value{v})
}
