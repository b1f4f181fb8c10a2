package sqlengine

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

// dateParts maps every spelling of a date or time part, in lower case, to its canonical name.
var dateParts = func() map[string]string {
	out := map[string]string{}
	for part, spellings := range map[string]string{
		"year": "y yy yyy yyyy yr years yrs year", "quarter": "q qtr qtrs quarters quarter", "month": "mm mon mons months month",
		"week": "w wk weekofyear woy wy weeks week", "day": "d dd days dayofmonth day", "hour": "h hh hr hours hrs hour",
		"minute": "m mi min minutes mins minute", "second": "s sec seconds secs second", "millisecond": "ms msec milliseconds millisecond",
		"microsecond": "us usec microseconds microsecond", "nanosecond": "ns nsec nanosec nsecond nanoseconds nanosecond",
		"dayofweek": "weekday dow dw dayofweek", "dayofweekiso": "weekday_iso dow_iso dw_iso dayofweek_iso dayofweekiso",
		"dayofyear": "yearday doy dy dayofyear", "weekiso": "week_iso weekofyeariso weekofyear_iso weekiso", "yearofweek": "yearofweek",
		"epoch_second": "epoch epoch_seconds epoch_second", "epoch_millisecond": "epoch_milliseconds epoch_millisecond",
	} {
		for _, s := range strings.Fields(spellings) {
			out[s] = part
		}
	}
	return out
}()

var errInterval = errors.New("not an interval")

// parseInterval reads "1 day", "2 years, 3 months", "-5 minutes".
func parseInterval(text string) (Interval, error) {
	fields := strings.Fields(strings.ReplaceAll(text, ",", " "))
	if len(fields) == 1 {
		fields = append(fields, "second")
	}
	if len(fields) == 0 || len(fields)%2 != 0 {
		return Interval{}, errInterval
	}
	var iv Interval
	for i := 0; i < len(fields); i += 2 {
		n, err := strconv.ParseInt(fields[i], 10, 32)
		if err != nil {
			return Interval{}, errInterval
		}
		part, ok := dateParts[strings.ToLower(fields[i+1])]
		if !ok || !iv.add(part, n) {
			return Interval{}, errInterval
		}
	}
	return iv, nil
}

// add adds n of a part; false for parts that are no span.
func (iv *Interval) add(part string, n int64) bool {
	switch part {
	case "year":
		iv.Months += 12 * n
	case "quarter":
		iv.Months += 3 * n
	case "month":
		iv.Months += n
	case "week":
		iv.Days += 7 * n
	case "day":
		iv.Days += n
	default:
		unit, ok := spans[part]
		if !ok {
			return false
		}
		iv.Span += time.Duration(n) * unit
	}
	return true
}

// spans are the parts of fixed length.
var spans = map[string]time.Duration{"hour": time.Hour, "minute": time.Minute, "second": time.Second, "millisecond": time.Millisecond,
	"microsecond": time.Microsecond, "nanosecond": time.Nanosecond}

// scaled gives the interval n times.
func (iv Interval) scaled(n int64) Interval {
	return Interval{Months: iv.Months * n, Days: iv.Days * n, Span: iv.Span * time.Duration(n)}
}

// addTo moves a point in time, months first; a day of month that does not exist becomes the last one.
func (iv Interval) addTo(t time.Time) time.Time {
	if iv.Months != 0 {
		t = addMonths(t, iv.Months)
	}
	return t.AddDate(0, 0, int(iv.Days)).Add(iv.Span)
}

func addMonths(t time.Time, n int64) time.Time {
	y, m, d := t.Date()
	total := int64(y)*12 + int64(m) - 1 + n
	ny, nm := int(floorDiv(total, 12)), time.Month(total-12*floorDiv(total, 12)+1)
	if last := time.Date(ny, nm+1, 0, 0, 0, 0, 0, time.UTC).Day(); d > last {
		d = last
	}
	return time.Date(ny, nm, d, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), t.Location())
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}
