package sqlengine

import (
	"strings"
	"time"
)

func dateFunctions() map[string]builtin {
	integer, date := resultRule(returnsInteger), returns(TypeDate)
	part := func(name string) builtin {
		return builtin{params: "s", result: integer, eval: func(x *callInfo, a []Value) (Value, error) { return x.datePart(name, a[0], x.types[0]) }}
	}
	fromParts := builtin{params: "iii", result: date, eval: dateFromParts}
	addDays := func(sign int64) builtin {
		return builtin{dialects: onlyDatabricks, params: "di", result: date, eval: func(x *callInfo, a []Value) (Value, error) {
			n, err := whole(x, a[1])
			return a[0].(Date) + Date(sign*int64(n)), err
		}}
	}
	return map[string]builtin{
		"YEAR": part("year"), "MONTH": part("month"), "DAY": part("day"), "DAYOFMONTH": part("day"), "QUARTER": part("quarter"),
		"HOUR": part("hour"), "MINUTE": part("minute"), "SECOND": part("second"), "DAYOFYEAR": part("dayofyear"), "WEEK": part("week"),
		"WEEKOFYEAR": part("week"), "DAYOFWEEK": part("dayofweek"), "DAYOFWEEKISO": only(part("dayofweekiso"), onlySnowflake),
		"DATE_FROM_PARTS": only(fromParts, onlySnowflake), "DATEFROMPARTS": only(fromParts, onlySnowflake), "MAKE_DATE": only(fromParts, onlyDatabricks),
		"LAST_DAY": {params: "d", result: date, eval: func(_ *callInfo, a []Value) (Value, error) {
			t := a[0].(Date).Time()
			return DateOf(time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC)), nil
		}},
		"ADD_MONTHS":     {params: "di", result: date, eval: addMonthsTo},
		"DATE_SUB":       addDays(-1),
		"MONTHS_BETWEEN": {params: "dd", result: func(c *compiler, _ []*node) Type { return c.float() }, eval: monthsBetween},
		"UNIX_TIMESTAMP": {dialects: onlyDatabricks, params: "s", result: returns(TypeBigInt), eval: func(x *callInfo, a []Value) (Value, error) {
			return x.pointIn(a[0], x.types[0]).Unix(), nil
		}},
		"FROM_UNIXTIME": {dialects: onlyDatabricks, params: "i", result: returns(TypeText), eval: func(x *callInfo, a []Value) (Value, error) {
			n, err := whole(x, a[0])
			return time.Unix(int64(n), 0).In(x.location()).Format("2006-01-02 15:04:05"), err
		}},
		"DATE_FORMAT": {dialects: onlyDatabricks, params: "st", result: returns(TypeText), eval: func(x *callInfo, a []Value) (Value, error) {
			return formatTime(x.pointIn(a[0], x.types[0]), a[1].(string), Databricks)
		}},
		"DAYNAME": {dialects: onlySnowflake, params: "d", result: returns(Text(3)), eval: func(_ *callInfo, a []Value) (Value, error) {
			return a[0].(Date).Time().Format("Mon"), nil
		}},
		"MONTHNAME": {dialects: onlySnowflake, params: "d", result: returns(Text(3)), eval: func(_ *callInfo, a []Value) (Value, error) {
			return a[0].(Date).Time().Format("Jan"), nil
		}},
	}
}

// pointIn gives the clock reading of a date, time or timestamp, in UTC for the kinds without zone.
func (x *callInfo) pointIn(v Value, typ Type) time.Time {
	switch p := v.(type) {
	case Date:
		return inZone(p.Time(), x.location())
	case TimeOfDay:
		return time.Unix(0, int64(p)).UTC()
	}
	return x.wall(v.(time.Time), typ)
}

func dateFromParts(x *callInfo, a []Value) (Value, error) {
	var n [3]int
	for i := range n {
		v, err := whole(x, a[i])
		if err != nil {
			return nil, err
		}
		n[i] = v
	}
	if x.dialect == Databricks {
		d, err := makeDate(n[0], n[1], n[2])
		if err != nil {
			return nil, x.invalid("no such date")
		}
		return d, nil
	}
	return DateOf(time.Date(n[0], time.Month(n[1]), n[2], 0, 0, 0, 0, time.UTC)), nil // Snowflake carries over
}

func addMonthsTo(x *callInfo, a []Value) (Value, error) {
	n, err := whole(x, a[1])
	if err != nil {
		return nil, err
	}
	from := a[0].(Date).Time()
	to := addMonths(from, int64(n))
	if x.dialect == Snowflake && from.AddDate(0, 0, 1).Day() == 1 { // the last day of a month stays the last
		to = time.Date(to.Year(), to.Month()+1, 0, 0, 0, 0, 0, time.UTC)
	}
	return DateOf(to), nil
}

func monthsBetween(_ *callInfo, a []Value) (Value, error) {
	l, r := a[0].(Date).Time(), a[1].(Date).Time()
	months := float64((l.Year()-r.Year())*12 + int(l.Month()) - int(r.Month()))
	isLast := func(t time.Time) bool { return t.AddDate(0, 0, 1).Day() == 1 }
	if l.Day() == r.Day() || isLast(l) && isLast(r) {
		return months, nil
	}
	return months + float64(l.Day()-r.Day())/31, nil
}

// datePart reads one part of a point in time.
func (x *callInfo) datePart(part string, v Value, typ Type) (Value, error) {
	t := x.pointIn(v, typ)
	switch part {
	case "year":
		return int64(t.Year()), nil
	case "quarter":
		return int64((t.Month() + 2) / 3), nil
	case "month":
		return int64(t.Month()), nil
	case "week", "weekiso":
		_, w := t.ISOWeek()
		return int64(w), nil
	case "yearofweek":
		y, _ := t.ISOWeek()
		return int64(y), nil
	case "day":
		return int64(t.Day()), nil
	case "dayofweek":
		if x.dialect == Databricks {
			return int64(t.Weekday()) + 1, nil
		}
		return int64(t.Weekday()), nil
	case "dayofweekiso":
		return (int64(t.Weekday())+6)%7 + 1, nil
	case "dayofyear":
		return int64(t.YearDay()), nil
	case "hour":
		return int64(t.Hour()), nil
	case "minute":
		return int64(t.Minute()), nil
	case "second":
		return int64(t.Second()), nil
	case "nanosecond":
		return int64(t.Nanosecond()), nil
	case "epoch_second":
		return t.Unix(), nil
	case "epoch_millisecond":
		return t.UnixMilli(), nil
	}
	return nil, errorf(ErrInvalidArgument, x.name, x.at, "%s is no part of a date", part)
}

// truncate cuts a point in time down to the start of a part.
func (x *callInfo) truncate(part string, t time.Time) (time.Time, error) {
	y, m, d := t.Date()
	at := func(y int, m time.Month, d, h, min, s int) time.Time {
		return time.Date(y, m, d, h, min, s, 0, t.Location())
	}
	switch part {
	case "year":
		return at(y, 1, 1, 0, 0, 0), nil
	case "quarter":
		return at(y, (m-1)/3*3+1, 1, 0, 0, 0), nil
	case "month":
		return at(y, m, 1, 0, 0, 0), nil
	case "week", "weekiso":
		return at(y, m, d-(int(t.Weekday())+6)%7, 0, 0, 0), nil
	case "day":
		return at(y, m, d, 0, 0, 0), nil
	case "hour":
		return at(y, m, d, t.Hour(), 0, 0), nil
	case "minute":
		return at(y, m, d, t.Hour(), t.Minute(), 0), nil
	case "second":
		return at(y, m, d, t.Hour(), t.Minute(), t.Second()), nil
	case "millisecond", "microsecond":
		return t.Truncate(spans[part]), nil
	}
	return t, errorf(ErrInvalidArgument, x.name, x.at, "cannot truncate to %s", part)
}

// difference counts the boundaries of a part between two points.
func (x *callInfo) difference(part string, from, to time.Time) (Value, error) {
	months := func(t time.Time) int64 { return int64(t.Year())*12 + int64(t.Month()) - 1 }
	days := func(t time.Time) int64 { return int64(DateOf(t)) }
	switch part {
	case "year":
		return int64(to.Year() - from.Year()), nil
	case "quarter":
		return floorDiv(months(to), 3) - floorDiv(months(from), 3), nil
	case "month":
		return months(to) - months(from), nil
	case "week", "weekiso":
		return floorDiv(days(to)+3, 7) - floorDiv(days(from)+3, 7), nil
	case "day":
		return days(to) - days(from), nil
	}
	unit, ok := spans[part]
	if !ok {
		return nil, errorf(ErrInvalidArgument, x.name, x.at, "cannot count %s", part)
	}
	if unit >= time.Second {
		n := int64(unit / time.Second)
		return floorDiv(to.Unix(), n) - floorDiv(from.Unix(), n), nil
	}
	perSecond := int64(time.Second / unit)
	return (to.Unix()-from.Unix())*perSecond + int64(to.Nanosecond())/int64(unit) - int64(from.Nanosecond())/int64(unit), nil
}

// Format elements, longest first, with Go's layout.
var snowflakeElements = []struct{ element, layout string }{{"YYYY", "2006"}, {"YY", "06"}, {"MMMM", "January"}, {"MON", "Jan"}, {"MM", "01"},
	{"DD", "02"}, {"DY", "Mon"}, {"HH24", "15"}, {"HH12", "03"}, {"AM", "PM"}, {"PM", "PM"}, {"MI", "04"}, {"SS", "05"}, {"FF3", "000"},
	{"FF6", "000000"}, {"FF9", "000000000"}, {"FF", "000000000"}, {"TZHTZM", "-0700"}, {"TZH:TZM", "-07:00"}}

var databricksElements = []struct{ element, layout string }{{"yyyy", "2006"}, {"yy", "06"}, {"MMMM", "January"}, {"MMM", "Jan"}, {"MM", "01"},
	{"M", "1"}, {"dd", "02"}, {"d", "2"}, {"EEEE", "Monday"}, {"EEE", "Mon"}, {"E", "Mon"}, {"HH", "15"}, {"hh", "03"}, {"mm", "04"},
	{"ss", "05"}, {"SSSSSS", "000000"}, {"SSS", "000"}, {"a", "PM"}, {"XXX", "Z07:00"}, {"y", "2006"}}

// layoutOf turns a vendor's format into Go's; letters that are no element are refused.
func layoutOf(format string, d Dialect) (string, bool) {
	elements, match := databricksElements, format
	if d == Snowflake {
		elements, match = snowflakeElements, strings.ToUpper(format)
	}
	var b strings.Builder
next:
	for i := 0; i < len(format); {
		if q := format[i]; q == '"' && d == Snowflake || q == '\'' && d == Databricks {
			end := strings.IndexByte(format[i+1:], q)
			if end < 0 {
				return "", false
			}
			b.WriteString(format[i+1 : i+1+end])
			i += end + 2
			continue
		}
		for _, e := range elements {
			if strings.HasPrefix(match[i:], e.element) {
				b.WriteString(e.layout)
				i += len(e.element)
				continue next
			}
		}
		if c := format[i]; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' && !(c == 'T' && d == Snowflake) {
			return "", false
		}
		b.WriteByte(format[i])
		i++
	}
	return b.String(), true
}

func formatTime(t time.Time, format string, d Dialect) (Value, error) {
	layout, ok := layoutOf(format, d)
	if !ok {
		return nil, errorf(ErrUnsupported, "date format", Pos{}, "date format is not supported")
	}
	return t.Format(layout), nil
}
