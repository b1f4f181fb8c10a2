package state

import "strings"

// Family is a group of column types that one masking policy can serve. Lengths and precisions do not tell types of a
// family apart; the three timestamps do, because Snowflake binds a policy to exactly one of them.
type Family string

// The families. Databricks has no FamilyTime, FamilyGeography or FamilyTimestampTZ; its TIMESTAMP is
// FamilyTimestampLTZ. Each of its ARRAY, MAP and STRUCT types is a family of its own, called by the type, since no
// function takes several; FamilyArray and FamilyObject are those that cannot be written again.
const (
	FamilyNone         Family = ""
	FamilyString       Family = "string"
	FamilyNumber       Family = "number"
	FamilyFloat        Family = "float"
	FamilyBoolean      Family = "boolean"
	FamilyDate         Family = "date"
	FamilyTime         Family = "time"
	FamilyTimestampNTZ Family = "timestamp_ntz"
	FamilyTimestampLTZ Family = "timestamp_ltz"
	FamilyTimestampTZ  Family = "timestamp_tz"
	FamilyBinary       Family = "binary"
	FamilyVariant      Family = "variant"
	FamilyObject       Family = "object"
	FamilyArray        Family = "array"
	FamilyGeography    Family = "geography"
	FamilyOther        Family = "other"
)

// Families lists the families a mask can name, in canonical order.
func Families() []Family {
	return []Family{FamilyString, FamilyNumber, FamilyFloat, FamilyBoolean, FamilyDate, FamilyTime, FamilyTimestampNTZ,
		FamilyTimestampLTZ, FamilyTimestampTZ, FamilyBinary, FamilyVariant, FamilyObject, FamilyArray, FamilyGeography}
}

// Word is how policies call the family: array, map or struct for those of one such type, else the family itself.
func (f Family) Word() Family {
	word, _, _ := strings.Cut(string(f), "<")
	return Family(word)
}

// Dated reports whether the values of a family are dates, with a time or without.
func (f Family) Dated() bool {
	return f == FamilyDate || f == FamilyTimestampNTZ || f == FamilyTimestampLTZ || f == FamilyTimestampTZ
}

// DataType is a column's type: its family, and the spelling the platform gives it, such as "NUMBER(38,0)".
type DataType struct {
	Family Family `json:"family,omitempty" yaml:"family,omitempty"`
	Text   string `json:"text,omitempty" yaml:"text,omitempty"`
}
