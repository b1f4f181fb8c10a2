package databricks

import (
	"context"
	"strconv"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Function implements sqlengine.Catalog: the functions that depend on who asks
// and where, and the user's own.
func (s *session) Function(_ context.Context, name sqlengine.Name, args []sqlengine.Type) (*sqlengine.Function, error) {
	if len(name) == 1 {
		if f := s.builtin(lower(name.Last()), len(args)); f != nil {
			return f, nil
		}
	}
	parts := s.parts(kindFunction, name)
	if len(parts) != 3 {
		return nil, nil
	}
	f, err := s.w.find(kindFunction, parts)
	if err != nil {
		if len(name) == 1 {
			return nil, nil
		}
		return nil, errSQL("UNRESOLVED_ROUTINE", "42883", "Cannot resolve routine %s on search path.", quoted(name.Texts()))
	}
	if err := s.rights().require(privExecute, f); err != nil {
		return nil, err
	}
	return &sqlengine.Function{Params: engineParams(f.routine), Result: f.routine.returns, Body: f.routine.body, Catalog: s.as(f.owner, f.routine.scope)}, nil
}

// builtin gives the identity and context functions. Inside views, masks and
// functions they answer for the querying user.
func (s *session) builtin(name string, args int) *sqlengine.Function {
	text := func(v string) *sqlengine.Function {
		return &sqlengine.Function{Result: sqlengine.TypeText, Stable: true,
			Eval: func(context.Context, []sqlengine.Value) (sqlengine.Value, error) { return v, nil }}
	}
	switch {
	case args == 1 && name == "is_account_group_member":
		return membership(s.id.inGroup)
	case args == 1 && name == "is_member":
		return membership(s.id.inAnyGroup)
	case args > 0:
		return nil
	}
	switch name {
	case "current_user", "session_user", "user":
		return text(s.id.name)
	case "current_catalog":
		return text(s.currentCatalog())
	case "current_schema", "current_database":
		return text(s.currentSchema())
	case "current_metastore":
		return text("aws:us-west-2:" + s.w.root.id)
	}
	return nil
}

func membership(in func(string) bool) *sqlengine.Function {
	return &sqlengine.Function{Params: []sqlengine.Param{{Name: "group", Type: sqlengine.TypeText}}, Result: sqlengine.TypeBoolean, Stable: true,
		Eval: func(_ context.Context, args []sqlengine.Value) (sqlengine.Value, error) {
			g, ok := args[0].(string)
			if !ok {
				return nil, nil
			}
			return in(g), nil
		}}
}

// workspaceNumber writes the workspace id as headers and SCIM do.
func (w *Workspace) workspaceNumber() string { return strconv.FormatInt(w.opt.WorkspaceID, 10) }
