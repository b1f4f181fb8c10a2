package databricks

import "github.com/polsync/polsync/connectors/emulator/sqlengine"

// bindMask checks a mask for a column and gives its binding. The caller attaches it.
func (c *cursor) bindMask(t *securable, columnName string, def *bindingDef) (*binding, error) {
	col, _ := t.table.column(columnName)
	if col == nil {
		return nil, errUnresolvedColumn(columnName)
	}
	if t.table.isView() {
		return nil, errSQL("UNSUPPORTED_FEATURE.COLUMN_MASK_ON_VIEW", "0A000", "Column masks cannot be set on views.")
	}
	f, b, argTypes, err := c.bind(t, def)
	if err != nil {
		return nil, err
	}
	if err := checkSignature(f, append([]sqlengine.Type{col.typ}, argTypes...)); err != nil {
		return nil, err
	}
	if !castable(f.routine.returns, col.typ) {
		return nil, errSQL("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09", "Mask '%s' returns %s, which cannot be cast to the type %s of column %s.",
			f.fullName(), typeText(f.routine.returns), typeText(col.typ), quoted([]string{col.name}))
	}
	return b, nil
}

// bindFilter is bindMask for row filters, whose function returns BOOLEAN.
func (c *cursor) bindFilter(t *securable, def *bindingDef) (*binding, error) {
	if t.table.isView() {
		return nil, errSQL("UNSUPPORTED_FEATURE.ROW_FILTER_ON_VIEW", "0A000", "Row filters cannot be set on views.")
	}
	f, b, argTypes, err := c.bind(t, def)
	if err != nil {
		return nil, err
	}
	if f.routine.returns.Kind != sqlengine.KindBoolean {
		return nil, errSQL("DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN", "42K09", "Row filter '%s' returns %s, not boolean.", f.fullName(), typeText(f.routine.returns))
	}
	return b, checkSignature(f, argTypes)
}

// bind resolves the function, for which EXECUTE is needed, and the arguments.
func (c *cursor) bind(t *securable, def *bindingDef) (*securable, *binding, []sqlengine.Type, error) {
	f, err := c.s.securable(kindFunction, def.function)
	if err != nil {
		return nil, nil, nil, errSQL("ROUTINE_NOT_FOUND", "42883", "The routine %s cannot be found.", quoted(c.s.parts(kindFunction, def.function)))
	}
	if err := c.s.id.require(privExecute, f); err != nil {
		return nil, nil, nil, err
	}
	b := &binding{function: f.fullName()}
	var types []sqlengine.Type
	for _, e := range def.args {
		a, typ, err := c.argument(t, e)
		if err != nil {
			return nil, nil, nil, err
		}
		b.args = append(b.args, a)
		types = append(types, typ)
	}
	return f, b, types, nil
}

// argument reads one argument: a column of the table, or a constant.
func (c *cursor) argument(t *securable, e sqlengine.Expr) (bindArg, sqlengine.Type, error) {
	if ref, ok := e.(*sqlengine.ColumnRef); ok && len(ref.Name) == 1 {
		col, _ := t.table.column(ref.Name.Last())
		if col == nil {
			return bindArg{}, sqlengine.TypeNull, errUnresolvedColumn(ref.Name.Last())
		}
		return bindArg{column: col.name}, col.typ, nil
	}
	v, typ, err := c.s.engine().EvalConstant(e)
	if err != nil {
		return bindArg{}, typ, err
	}
	return bindArg{constant: constantText(v, typ), value: v, typ: typ}, typ, nil
}

// constantText writes a constant as REST shows it.
func constantText(v sqlengine.Value, t sqlengine.Type) string {
	if v == nil {
		return "NULL"
	}
	return cell(v, t)
}

func checkSignature(f *securable, args []sqlengine.Type) error {
	params := f.routine.params
	if len(params) != len(args) {
		return errSQL("WRONG_NUM_ARGS.WITHOUT_SUGGESTION", "42605", "'%s' requires %d parameters but the actual number is %d.", f.fullName(), len(params), len(args))
	}
	for i, p := range params {
		if !castable(args[i], p.typ) {
			return errSQL("DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION", "42K09", "Argument %d of '%s' is %s, which cannot be cast to %s.",
				i+1, f.fullName(), typeText(args[i]), typeText(p.typ))
		}
	}
	return nil
}
