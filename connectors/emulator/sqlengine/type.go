package sqlengine

import (
	"fmt"
	"strings"
)

// Kind is the family of a type.
type Kind uint8

// The families. KindNull is the type of a bare NULL, which fits everywhere.
const (
	KindNull Kind = iota
	KindBoolean
	KindNumber // exact; Snowflake NUMBER, Databricks DECIMAL and, with Bits set, the integer types
	KindFloat
	KindText
	KindBinary
	KindDate
	KindTime
	KindTimestampNTZ
	KindTimestampLTZ // Databricks TIMESTAMP
	KindTimestampTZ
	KindInterval
	KindVariant
	KindArray
	KindObject // Snowflake OBJECT
	KindMap
	KindStruct
)

// Type is a SQL type. The zero value is the type of NULL. Types are compared with Equal.
type Type struct {
	Kind      Kind
	Length    int   // text (characters) and binary (bytes); 0 is the vendor's maximum
	Precision int   // numbers, 1 to 38
	Scale     int   // numbers; digits of second of time and timestamps
	Bits      int   // Databricks: 8, 16, 32, 64 for integer types, 32 or 64 for floats; 0 elsewhere
	Elem      *Type // element of an array, value of a map; nil where untyped (Snowflake ARRAY)
	Key       *Type // key of a map
	Fields    []Field
}

// Field is a member of a struct type.
type Field struct {
	Name string
	Type Type
}

// Common types.
var (
	TypeNull         = Type{}
	TypeBoolean      = Type{Kind: KindBoolean}
	TypeText         = Type{Kind: KindText}
	TypeNumber       = Type{Kind: KindNumber, Precision: 38}
	TypeInt          = Type{Kind: KindNumber, Precision: 10, Bits: 32}
	TypeBigInt       = Type{Kind: KindNumber, Precision: 19, Bits: 64}
	TypeFloat        = Type{Kind: KindFloat}
	TypeDouble       = Type{Kind: KindFloat, Bits: 64}
	TypeDate         = Type{Kind: KindDate}
	TypeTime         = Type{Kind: KindTime, Scale: 9}
	TypeTimestampNTZ = Type{Kind: KindTimestampNTZ, Scale: 9}
	TypeTimestampLTZ = Type{Kind: KindTimestampLTZ, Scale: 9}
	TypeTimestampTZ  = Type{Kind: KindTimestampTZ, Scale: 9}
	TypeBinary       = Type{Kind: KindBinary}
	TypeVariant      = Type{Kind: KindVariant}
	TypeArray        = Type{Kind: KindArray}
	TypeObject       = Type{Kind: KindObject}
)

// MaxText is the length of Snowflake's VARCHAR without a length, in characters; MaxBinary that of BINARY, in bytes.
const (
	MaxText   = 16777216
	MaxBinary = 8388608
)

// Text gives VARCHAR(n).
func Text(n int) Type { return Type{Kind: KindText, Length: n} }

// Number gives NUMBER(precision, scale), DECIMAL(precision, scale) on Databricks.
func Number(precision, scale int) Type {
	return Type{Kind: KindNumber, Precision: precision, Scale: scale}
}

// ArrayOf gives an array with elements of one type.
func ArrayOf(elem Type) Type { return Type{Kind: KindArray, Elem: &elem} }

// MapOf gives MAP<key, value>.
func MapOf(key, value Type) Type { return Type{Kind: KindMap, Key: &key, Elem: &value} }

// IsTimestamp tells whether values of the type are points on a time line.
func (t Type) IsTimestamp() bool {
	return t.Kind == KindTimestampNTZ || t.Kind == KindTimestampLTZ || t.Kind == KindTimestampTZ
}

// IsNumeric tells whether the type is exact or approximate number.
func (t Type) IsNumeric() bool { return t.Kind == KindNumber || t.Kind == KindFloat }

// isNested tells whether values of the type have parts.
func (t Type) isNested() bool { return t.Kind >= KindVariant }

// Equal tells whether two types are the same in every detail.
func (t Type) Equal(o Type) bool {
	if t.Kind != o.Kind || t.Length != o.Length || t.Precision != o.Precision || t.Scale != o.Scale || t.Bits != o.Bits ||
		len(t.Fields) != len(o.Fields) || !samePointed(t.Elem, o.Elem) || !samePointed(t.Key, o.Key) {
		return false
	}
	for i, f := range t.Fields {
		if f.Name != o.Fields[i].Name || !f.Type.Equal(o.Fields[i].Type) {
			return false
		}
	}
	return true
}

func samePointed(a, b *Type) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// SQL writes the type as the vendor's catalogue does: VARCHAR(16777216), NUMBER(38,0), TIMESTAMP_NTZ(9); string, decimal(10,2), bigint.
func (t Type) SQL(d Dialect) string {
	if d == Databricks {
		return t.databricksSQL()
	}
	return t.snowflakeSQL()
}

var snowflakeNames = map[Kind]string{KindNull: "NULL", KindBoolean: "BOOLEAN", KindFloat: "FLOAT", KindDate: "DATE", KindInterval: "INTERVAL",
	KindVariant: "VARIANT", KindArray: "ARRAY", KindObject: "OBJECT", KindMap: "MAP", KindStruct: "OBJECT"}

func (t Type) snowflakeSQL() string {
	switch t.Kind {
	case KindNumber:
		return fmt.Sprintf("NUMBER(%d,%d)", t.Precision, t.Scale)
	case KindText:
		return fmt.Sprintf("VARCHAR(%d)", orDefault(t.Length, MaxText))
	case KindBinary:
		return fmt.Sprintf("BINARY(%d)", orDefault(t.Length, MaxBinary))
	case KindTime:
		return fmt.Sprintf("TIME(%d)", t.Scale)
	case KindTimestampNTZ:
		return fmt.Sprintf("TIMESTAMP_NTZ(%d)", t.Scale)
	case KindTimestampLTZ:
		return fmt.Sprintf("TIMESTAMP_LTZ(%d)", t.Scale)
	case KindTimestampTZ:
		return fmt.Sprintf("TIMESTAMP_TZ(%d)", t.Scale)
	}
	return snowflakeNames[t.Kind]
}

var databricksNames = map[Kind]string{KindNull: "void", KindBoolean: "boolean", KindBinary: "binary", KindDate: "date", KindTime: "time",
	KindTimestampNTZ: "timestamp_ntz", KindTimestampLTZ: "timestamp", KindTimestampTZ: "timestamp", KindInterval: "interval",
	KindVariant: "variant", KindObject: "object"}

func (t Type) databricksSQL() string {
	switch t.Kind {
	case KindNumber:
		if name, ok := map[int]string{8: "tinyint", 16: "smallint", 32: "int", 64: "bigint"}[t.Bits]; ok {
			return name
		}
		return fmt.Sprintf("decimal(%d,%d)", t.Precision, t.Scale)
	case KindFloat:
		if t.Bits == 32 {
			return "float"
		}
		return "double"
	case KindText:
		if t.Length > 0 {
			return fmt.Sprintf("varchar(%d)", t.Length)
		}
		return "string"
	case KindArray:
		return "array<" + elemOr(t.Elem).databricksSQL() + ">"
	case KindMap:
		return "map<" + elemOr(t.Key).databricksSQL() + "," + elemOr(t.Elem).databricksSQL() + ">"
	case KindStruct:
		parts := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			parts[i] = f.Name + ":" + f.Type.databricksSQL()
		}
		return "struct<" + strings.Join(parts, ",") + ">"
	}
	return databricksNames[t.Kind]
}

func orDefault(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// elemOr is the element type, VARIANT where the collection is untyped.
func elemOr(t *Type) Type {
	if t == nil {
		return TypeVariant
	}
	return *t
}

// Column is a column of a table or result.
type Column struct {
	Name     string // the stored name, or the text of the expression where it has none
	Type     Type
	Nullable bool
}
