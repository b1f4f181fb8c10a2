package sqlengine

import (
	"encoding/json"
	"errors"
	"io"
	"sort"
	"strconv"
	"strings"
	"time"
)

// JSON writes a value as compact JSON: what TO_JSON gives and the text form of VARIANT data. Keys of a Snowflake OBJECT are sorted.
func (s *Session) JSON(v Value) string {
	c := &compiler{s: s, dialect: s.Dialect}
	return c.JSON(v)
}

// JSON writes a value as compact JSON.
func (c *compiler) JSON(v Value) string {
	var b strings.Builder
	c.writeJSON(&b, v)
	return b.String()
}

func (c *compiler) writeJSON(b *strings.Builder, v Value) {
	switch x := v.(type) {
	case nil, JSONNull:
		b.WriteString("null")
	case bool, int64, Decimal:
		if d, ok := x.(Decimal); ok {
			x = d.trim()
		}
		b.WriteString(c.text(x, TypeNull))
	case float64:
		b.WriteString(strconv.FormatFloat(x, 'g', -1, 64))
	case Array:
		b.WriteByte('[')
		for i, e := range x {
			if i > 0 {
				b.WriteByte(',')
			}
			c.writeJSON(b, e)
		}
		b.WriteByte(']')
	case *Map:
		c.writeJSONMap(b, x)
	case time.Time:
		writeJSONString(b, c.timestampText(x, TypeTimestampNTZ))
	default:
		writeJSONString(b, c.text(v, TypeNull))
	}
}

func (c *compiler) writeJSONMap(b *strings.Builder, m *Map) {
	order := make([]int, len(m.Keys))
	for i := range order {
		order[i] = i
	}
	if c.dialect == Snowflake {
		sort.SliceStable(order, func(i, j int) bool { return m.Keys[order[i]] < m.Keys[order[j]] })
	}
	b.WriteByte('{')
	for n, i := range order {
		if n > 0 {
			b.WriteByte(',')
		}
		writeJSONString(b, m.Keys[i])
		b.WriteByte(':')
		c.writeJSON(b, m.Values[i])
	}
	b.WriteByte('}')
}

func writeJSONString(b *strings.Builder, s string) {
	var tmp strings.Builder
	enc := json.NewEncoder(&tmp)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		panic(err) // a string always encodes
	}
	b.WriteString(strings.TrimSuffix(tmp.String(), "\n"))
}

// ParseJSON reads JSON text into a Value: objects keep the order of their keys, numbers are exact unless written with an exponent.
func ParseJSON(text string) (Value, error) {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	v, err := readJSON(dec, 0)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errJSON
	}
	return v, nil
}

var errJSON = errors.New("not JSON")

func readJSON(dec *json.Decoder, depth int) (Value, error) {
	if depth > maxDepth {
		return nil, errJSON
	}
	tok, err := dec.Token()
	if err != nil {
		return nil, errJSON
	}
	switch t := tok.(type) {
	case nil:
		return JSONNull{}, nil
	case json.Number:
		return jsonNumber(string(t))
	case json.Delim:
		if t == '[' {
			return readJSONArray(dec, depth)
		}
		return readJSONMap(dec, depth)
	case bool:
		return t, nil
	case string:
		return t, nil
	}
	return nil, errJSON
}

func jsonNumber(s string) (Value, error) {
	if !strings.ContainsAny(s, "eE") {
		if d, err := ParseDecimal(s); err == nil && d.digits()+d.Scale <= 38 {
			return d.value(), nil
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return nil, errJSON
	}
	return f, nil
}

func readJSONArray(dec *json.Decoder, depth int) (Value, error) {
	out := Array{}
	for dec.More() {
		v, err := readJSON(dec, depth+1)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	if _, err := dec.Token(); err != nil {
		return nil, errJSON
	}
	return out, nil
}

func readJSONMap(dec *json.Decoder, depth int) (Value, error) {
	out := &Map{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, errJSON
		}
		v, err := readJSON(dec, depth+1)
		if err != nil {
			return nil, err
		}
		out.Set(key.(string), v)
	}
	if _, err := dec.Token(); err != nil {
		return nil, errJSON
	}
	return out, nil
}
