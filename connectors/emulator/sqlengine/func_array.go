package sqlengine

import (
	"sort"
	"strings"
)

// arrayArgs sorts out which of two arguments is the array: Snowflake has the element first, Databricks the array.
func (x *callInfo) arrayArgs(a []Value) (Array, Value, error) {
	list, item := a[0], a[1]
	if x.dialect == Snowflake {
		list, item = item, list
	}
	if arr, ok := list.(Array); ok {
		return arr, item, nil
	}
	return nil, nil, x.wrongKind()
}

func arrayContains(x *callInfo, a []Value) (Value, error) {
	list, item, err := x.arrayArgs(a)
	if err != nil {
		return nil, err
	}
	null := false
	for _, e := range list {
		if e == nil {
			null = true
		} else if o, ok := compare(e, item); ok && o == 0 {
			return true, nil
		}
	}
	if null {
		return nil, nil
	}
	return false, nil
}

// arrayPosition counts from 0 on Snowflake (NULL: not there), from 1 on Databricks (0: not there).
func arrayPosition(x *callInfo, a []Value) (Value, error) {
	list, item, err := x.arrayArgs(a)
	if err != nil {
		return nil, err
	}
	for i, e := range list {
		if e == nil {
			continue
		}
		if o, ok := compare(e, item); ok && o == 0 {
			if x.dialect == Databricks {
				i++
			}
			return int64(i), nil
		}
	}
	if x.dialect == Databricks {
		return int64(0), nil
	}
	return nil, nil
}

func (x *callInfo) array(v Value) (Array, error) {
	if arr, ok := v.(Array); ok {
		return arr, nil
	}
	return nil, x.wrongKind()
}

func joinArray(x *callInfo, a []Value) (Value, error) {
	list, err := x.array(a[0])
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, e := range list {
		switch {
		case e != nil:
			parts = append(parts, x.text(e, elemOr(x.types[0].Elem)))
		case x.dialect == Snowflake:
			parts = append(parts, "")
		}
	}
	return strings.Join(parts, a[1].(string)), nil
}

func arrayDistinct(x *callInfo, a []Value) (Value, error) {
	list, err := x.array(a[0])
	if err != nil {
		return nil, err
	}
	seen, out := map[string]bool{}, Array{}
	for _, e := range list {
		if k := string(appendKey(nil, e)); !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	return out, nil
}

func sortedArray(x *callInfo, a []Value) (Value, error) {
	list, err := x.array(a[0])
	if err != nil {
		return nil, err
	}
	out := append(Array{}, list...)
	nullsLast := x.name == "ARRAY_SORT"
	sort.SliceStable(out, func(i, j int) bool {
		if (out[i] == nil || out[j] == nil) && nullsLast {
			return out[i] != nil && out[j] == nil
		}
		return compareNullable(out[i], out[j]) < 0
	})
	return out, nil
}

func arrayConcat(x *callInfo, a []Value) (Value, error) {
	l, err := x.array(a[0])
	if err != nil {
		return nil, err
	}
	r, err := x.array(a[1])
	if err != nil {
		return nil, err
	}
	return append(append(Array{}, l...), r...), nil
}

func arrayWith(list, item Value) (Value, error) {
	arr, ok := list.(Array)
	if !ok {
		return nil, errorf(ErrArgumentType, "ARRAY_APPEND", Pos{}, "array_append takes an array")
	}
	return append(append(Array{}, arr...), item), nil
}

func arraysOverlap(x *callInfo, a []Value) (Value, error) {
	l, err := x.array(a[0])
	if err != nil {
		return nil, err
	}
	r, err := x.array(a[1])
	if err != nil {
		return nil, err
	}
	for _, e := range l {
		for _, f := range r {
			if e != nil && f != nil && compareNullable(e, f) == 0 {
				return true, nil
			}
		}
	}
	return false, nil
}

func elementAt(x *callInfo, a []Value) (Value, error) {
	switch data := a[0].(type) {
	case *Map:
		v, _ := data.Get(x.text(a[1], x.types[1]))
		return v, nil
	case Array:
		n, ok := a[1].(int64)
		if ok && n < 0 {
			n += int64(len(data)) + 1
		}
		if !ok || n < 1 || n > int64(len(data)) {
			return nil, x.invalid("array index out of bounds")
		}
		return data[n-1], nil
	}
	return nil, x.wrongKind()
}
