package sqlengine

import (
	"strings"
	"time"
)

func (c *compiler) toDate(from Type) (convert, bool) {
	switch {
	case from.Kind == KindDate:
		return nil, true
	case from.Kind == KindTimestampLTZ:
		return func(v Value) (Value, error) { return DateOf(v.(time.Time).In(c.location())), nil }, true
	case from.IsTimestamp():
		return func(v Value) (Value, error) { return DateOf(v.(time.Time)), nil }, true
	case from.Kind == KindText:
		if layout, ok := c.inputLayout(c.s.Formats.DateIn); ok {
			return func(v Value) (Value, error) {
				t, err := time.Parse(layout, v.(string))
				return DateOf(t), badCast(err)
			}, true
		}
		return func(v Value) (Value, error) { return parseDate(v.(string), c.dialect) }, true
	}
	return nil, false
}

func (c *compiler) toTime(from, to Type) (convert, bool) {
	switch {
	case from.Kind == KindTime:
		return nil, true
	case from.IsTimestamp():
		return func(v Value) (Value, error) { return timeOfDay(c.wall(v.(time.Time), from)), nil }, true
	case from.Kind == KindText:
		return func(v Value) (Value, error) {
			for _, layout := range []string{"15:04:05.999999999", "15:04"} {
				if t, err := time.Parse(layout, strings.TrimSpace(v.(string))); err == nil {
					return timeOfDay(t), nil
				}
			}
			return nil, errCast
		}, true
	}
	return nil, false
}

// inputLayout gives the layout of a session's input format; false where any usual form is read.
func (c *compiler) inputLayout(format string) (string, bool) {
	if c.dialect != Snowflake || format == "" || strings.EqualFold(format, "AUTO") {
		return "", false
	}
	return layoutOf(format, Snowflake)
}

func badCast(err error) error {
	if err != nil {
		return errCast
	}
	return nil
}

func timeOfDay(t time.Time) TimeOfDay {
	h, m, s := t.Clock()
	return TimeOfDay(int64(h*3600+m*60+s)*1e9 + int64(t.Nanosecond()))
}

// wall gives the clock reading of a timestamp: in the session's zone for LTZ.
func (c *compiler) wall(t time.Time, typ Type) time.Time {
	if typ.Kind == KindTimestampLTZ {
		return t.In(c.location())
	}
	return t
}

func (c *compiler) toTimestamp(from, to Type) (convert, bool) {
	place := c.location()
	if to.Kind == KindTimestampNTZ {
		place = time.UTC
	}
	switch {
	case from.Kind == to.Kind:
		return nil, true
	case from.Kind == KindDate:
		return func(v Value) (Value, error) { return inZone(v.(Date).Time(), place), nil }, true
	case from.IsTimestamp():
		return func(v Value) (Value, error) { return c.moveTimestamp(v.(time.Time), from, to), nil }, true
	case from.Kind == KindText:
		if layout, ok := c.inputLayout(c.s.Formats.TimestampIn); ok {
			return func(v Value) (Value, error) {
				t, err := time.ParseInLocation(layout, v.(string), place)
				return t, badCast(err)
			}, true
		}
		return func(v Value) (Value, error) {
			t, zoned, err := parseTimestamp(v.(string), place)
			if err != nil {
				return nil, err
			}
			if zoned && to.Kind == KindTimestampNTZ {
				return inZone(t, time.UTC), nil
			}
			if to.Kind == KindTimestampLTZ {
				return t.In(place), nil
			}
			return t, nil
		}, true
	case from.IsNumeric() && c.dialect == Databricks:
		return func(v Value) (Value, error) {
			f, _ := toFloat(v)
			return time.UnixMicro(int64(f * 1e6)).In(place), nil
		}, true
	}
	return nil, false
}

func (c *compiler) moveTimestamp(t time.Time, from, to Type) time.Time {
	switch {
	case to.Kind == KindTimestampNTZ:
		return inZone(c.wall(t, from), time.UTC)
	case from.Kind == KindTimestampNTZ:
		return inZone(t, c.location())
	case to.Kind == KindTimestampLTZ:
		return t.In(c.location())
	}
	return t
}

// inZone reads the same clock in another zone.
func inZone(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), loc)
}
