package snowflake

import (
	"context"
	"strings"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// call is CALL f(...) of the system's functions that may be called so.
func (c *cursor) call() (action, error) {
	e, err := c.Expr()
	if err != nil {
		return nil, err
	}
	call, ok := e.(*sqlengine.Call)
	if !ok {
		return nil, c.Errorf("expected a procedure")
	}
	name := strings.ToUpper(call.Name.Last())
	if name != "SYSTEM$WAIT" && name != "EXPLAIN_GRANTABLE_PRIVILEGES" {
		return nil, errUnsupported("CALL %s", name)
	}
	return func(ctx context.Context) (*Result, error) {
		p, err := c.s.engine().PrepareExpr(ctx, call, nil)
		if err != nil {
			return nil, err
		}
		v, err := p.Eval(ctx, nil)
		if err != nil {
			return nil, err
		}
		r := textResult(typeSelect, name)
		r.Rows = []sqlengine.Row{{v}}
		return r, nil
	}, nil
}
