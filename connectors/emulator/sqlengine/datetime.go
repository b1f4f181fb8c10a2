package sqlengine

import (
	"strconv"
	"strings"
	"time"
)

// dateLayouts are what Snowflake's AUTO detection takes as a date, as far as texts are unambiguous.
var dateLayouts = []string{"2006-01-02", "2006-1-2", "02-Jan-2006", "2006/01/02", "01/02/2006"}

// parseDate reads a date from text. Databricks takes yyyy, yyyy-m and yyyy-m-d with anything behind a blank or T; Snowflake takes its AUTO
// formats, timestamps (cut off) and whole numbers as seconds, milliseconds and so on since 1970.
func parseDate(s string, d Dialect) (Value, error) {
	s = strings.TrimSpace(s)
	if d == Databricks {
		return parseSparkDate(s)
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && s != "" {
		return DateOf(epochTime(n)), nil
	}
	for _, layout := range dateLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return DateOf(t), nil
		}
	}
	t, _, err := parseTimestamp(s, time.UTC)
	if err != nil || len(s) < 10 {
		return nil, errCast
	}
	return DateOf(t), nil
}

// epochTime reads a number by its size as seconds, milliseconds, microseconds or nanoseconds (Snowflake, TO_TIMESTAMP).
func epochTime(n int64) time.Time {
	switch {
	case n < 31536000000:
		return time.Unix(n, 0).UTC()
	case n < 31536000000000:
		return time.UnixMilli(n).UTC()
	case n < 31536000000000000:
		return time.UnixMicro(n).UTC()
	}
	return time.Unix(0, n).UTC()
}

func parseSparkDate(s string) (Value, error) {
	if i := strings.IndexAny(s, " T"); i > 0 {
		s = s[:i]
	}
	parts := strings.Split(s, "-")
	if len(parts) > 3 || len(parts[0]) != 4 {
		return nil, errCast
	}
	n := [3]int{1, 1, 1}
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return nil, errCast
		}
		n[i] = int(v)
	}
	return makeDate(n[0], n[1], n[2])
}

// makeDate gives the day of a calendar date that exists.
func makeDate(y, m, d int) (Value, error) {
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return nil, errCast
	}
	return DateOf(t), nil
}

var timestampLayouts = []string{"2006-01-02 15:04:05.999999999", "2006-01-02T15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04",
	"2006-01-02", "Mon, 02 Jan 2006 15:04:05", "Mon Jan 02 15:04:05 2006", "01/02/2006 15:04:05"}

var zoneLayouts = []string{"Z07:00", " Z07:00", "Z0700", " Z0700", "Z07", " Z07"}

// parseTimestamp reads a point in time; zoned tells whether the text named an offset, else the clock is read in loc.
func parseTimestamp(s string, loc *time.Location) (t time.Time, zoned bool, err error) {
	s = strings.TrimSpace(s)
	for _, layout := range timestampLayouts {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, false, nil
		}
	}
	for _, layout := range timestampLayouts {
		for _, zone := range zoneLayouts {
			if t, err := time.Parse(layout+zone, s); err == nil {
				return t, true, nil
			}
		}
	}
	if s = strings.TrimSuffix(s, " UTC"); len(s) > 10 {
		for _, layout := range timestampLayouts {
			if t, err := time.Parse(layout, s); err == nil {
				return t, true, nil
			}
		}
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil {
		return inZone(epochTime(n), loc), false, nil
	}
	return time.Time{}, false, errCast
}
