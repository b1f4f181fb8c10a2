package sqlengine

import "time"

// Value is a cell: see the package comment for the Go types it may hold.
type Value any

// Date is a calendar day, in days since 1970-01-01.
type Date int32

// TimeOfDay is a wall-clock time, in nanoseconds since midnight.
type TimeOfDay int64

// Array is a list of values.
type Array []Value

// Map is an ordered collection of named values: OBJECT, MAP, STRUCT. Keys of a MAP that are not text are kept as their text.
type Map struct {
	Keys   []string
	Values []Value
}

// JSONNull is the null of JSON inside semi-structured data.
type JSONNull struct{}

// Interval is a span of calendar months and of time.
type Interval struct {
	Months int64
	Span   time.Duration
	Days   int64
}

// Get gives the value of a key.
func (m *Map) Get(key string) (Value, bool) {
	for i, k := range m.Keys {
		if k == key {
			return m.Values[i], true
		}
	}
	return nil, false
}

// Set replaces or appends the value of a key.
func (m *Map) Set(key string, v Value) {
	for i, k := range m.Keys {
		if k == key {
			m.Values[i] = v
			return
		}
	}
	m.Keys = append(m.Keys, key)
	m.Values = append(m.Values, v)
}

// DateOf gives the day of t in its own zone.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Time gives midnight of the day, UTC.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

// String writes the day as YYYY-MM-DD.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }
