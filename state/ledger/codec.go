package ledger

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/polsync/polsync/state"
)

// tagged is a state.Value on the wire: its type beside its content, since a Value is one of a closed set of types.
type tagged struct {
	Type  string          `json:"type"`
	Value json.RawMessage `json:"value,omitempty"`
}

// EncodeValue returns the value as JSON with its type, "null" for nil. Equal values give equal bytes.
func EncodeValue(v state.Value) ([]byte, error) {
	kind := typeName(v)
	switch {
	case v == nil:
		return []byte("null"), nil
	case kind == "":
		return nil, fmt.Errorf("encode a value: no type name for %T", v)
	case kind == "nil":
		return marshal(tagged{Type: kind})
	}
	var content any = v
	if owner, ok := v.(state.Owner); ok {
		content = state.Securable(owner) // an Owner has not a Securable's short form
	}
	body, err := marshal(content)
	if err != nil {
		return nil, err
	}
	return marshal(tagged{Type: kind, Value: body})
}

func typeName(v state.Value) string {
	switch v.(type) {
	case state.Nil:
		return "nil"
	case state.Text:
		return "text"
	case state.Option:
		return "option"
	case state.Owner:
		return "owner"
	case state.Role:
		return "role"
	case state.Tag:
		return "tag"
	case state.Mask:
		return "mask"
	case *state.MaskingPolicy:
		return "policy"
	case state.Filter:
		return "filter"
	case state.ABAC:
		return "abac policy"
	case *state.RowPolicy:
		return "row policy"
	case *state.ConstraintPolicy:
		return "constraint policy"
	}
	return ""
}

// DecodeValue reads what EncodeValue wrote. A type or field it does not know is an error.
func DecodeValue(data []byte) (state.Value, error) {
	if string(bytes.TrimSpace(data)) == "null" {
		return nil, nil
	}
	var t tagged
	if err := unmarshal(data, &t); err != nil {
		return nil, err
	}
	switch t.Type {
	case "nil":
		return state.Nil{}, nil
	case "text":
		return decodeAs[state.Text](t.Value)
	case "option":
		return decodeAs[state.Option](t.Value)
	case "owner":
		var owner state.Securable
		if err := unmarshal(t.Value, &owner); err != nil {
			return nil, err
		}
		return state.Owner(owner), nil
	case "role":
		return decodeAs[state.Role](t.Value)
	case "tag":
		return decodeAs[state.Tag](t.Value)
	case "mask":
		return decodeAs[state.Mask](t.Value)
	case "filter":
		return decodeAs[state.Filter](t.Value)
	case "abac policy":
		return decodeAs[state.ABAC](t.Value)
	case "policy":
		return decodePolicy[state.MaskingPolicy](t.Value)
	case "row policy":
		return decodePolicy[state.RowPolicy](t.Value)
	case "constraint policy":
		return decodePolicy[state.ConstraintPolicy](t.Value)
	}
	return nil, fmt.Errorf("decode a value: no type is called %q", t.Type)
}

func decodeAs[T state.Value](data []byte) (state.Value, error) {
	var v T
	if err := unmarshal(data, &v); err != nil {
		return nil, err
	}
	return v, nil
}

// decodePolicy is decodeAs for the values that are kept by pointer.
func decodePolicy[T any, P interface {
	*T
	state.Value
}](data []byte) (state.Value, error) {
	p := P(new(T))
	if err := unmarshal(data, p); err != nil {
		return nil, err
	}
	return p, nil
}

// errEncoding says that a name or value cannot be kept as it is.
var errEncoding = errors.New("text that is not valid UTF-8 cannot be recorded")

// marshal is json.Marshal without HTML escapes. Text that JSON would silently alter is refused, since a name read
// back must be the name written.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	if replaced(out) {
		return nil, errEncoding
	}
	return out, nil
}

// replaced reports whether the encoder put an escaped replacement character for invalid text; one that was in the text
// to begin with is written as itself.
func replaced(out []byte) bool {
	for rest := out; ; {
		i := bytes.Index(rest, []byte(`\ufffd`))
		if i < 0 {
			return false
		}
		slashes := 0
		for j := i - 1; j >= 0 && rest[j] == '\\'; j-- {
			slashes++
		}
		if slashes%2 == 0 {
			return true
		}
		rest = rest[i+1:]
	}
}

func unmarshal(data []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if dec.More() {
		return errors.New("more than one JSON value")
	}
	return nil
}

// text is marshal for what becomes a column of a row. What would not read back is refused here, where the caller can
// still name it, and not found to be damage later.
func text[T any](v T) (string, error) {
	b, err := marshal(v)
	if err != nil {
		return "", err
	}
	var back T
	if err := unmarshal(b, &back); err != nil {
		return "", fmt.Errorf("%s would not read back: %w", b, err)
	}
	again, err := marshal(back)
	if err == nil && !bytes.Equal(again, b) {
		err = fmt.Errorf("%s would read back as %s", b, again)
	}
	return string(b), err
}

// name is text for what a row is found by: a key or a securable, which must read back as the very same.
func name[T state.Key | state.Securable](v T) (string, error) {
	s, err := text(v)
	if err != nil {
		return "", err
	}
	var back T
	if err := unmarshal([]byte(s), &back); err != nil {
		return "", err
	}
	if back != v {
		return "", fmt.Errorf("%s would read back as another", s)
	}
	return s, nil
}

func decodeKey(s string) (state.Key, error) {
	var k state.Key
	err := unmarshal([]byte(s), &k)
	return k, err
}

// value puts a state.Value into a JSON document.
type value struct{ state.Value }

// MarshalJSON implements json.Marshaler.
func (v value) MarshalJSON() ([]byte, error) { return EncodeValue(v.Value) }

// UnmarshalJSON implements json.Unmarshaler.
func (v *value) UnmarshalJSON(data []byte) (err error) {
	v.Value, err = DecodeValue(data)
	return err
}

type changeJSON struct {
	Key      state.Key    `json:"key"`
	Was      value        `json:"was,omitzero"`
	Want     value        `json:"want,omitzero"`
	Origin   state.Origin `json:"origin,omitzero"`
	Identity string       `json:"identity,omitempty"`
	Note     string       `json:"note,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (c Change) MarshalJSON() ([]byte, error) {
	return marshal(changeJSON{c.Key, value{c.Was}, value{c.Want}, c.Origin, c.Identity, c.Note})
}

// UnmarshalJSON implements json.Unmarshaler.
func (c *Change) UnmarshalJSON(data []byte) error {
	var j changeJSON
	if err := unmarshal(data, &j); err != nil {
		return err
	}
	*c = Change{j.Key, j.Was.Value, j.Want.Value, j.Origin, j.Identity, j.Note}
	return nil
}

type ownedJSON struct {
	Key      state.Key    `json:"key"`
	Value    value        `json:"value"`
	Origin   state.Origin `json:"origin,omitzero"`
	Run      string       `json:"run,omitempty"`
	At       time.Time    `json:"at"`
	Identity string       `json:"identity,omitempty"`
	Adopted  bool         `json:"adopted,omitempty"`
	By       string       `json:"by,omitempty"`
}

// MarshalJSON implements json.Marshaler.
func (o Owned) MarshalJSON() ([]byte, error) {
	return marshal(ownedJSON{o.Key, value{o.Value}, o.Origin, o.Run, o.At, o.Identity, o.Adopted, o.By})
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *Owned) UnmarshalJSON(data []byte) error {
	var j ownedJSON
	if err := unmarshal(data, &j); err != nil {
		return err
	}
	*o = Owned{j.Key, j.Value.Value, j.Origin, j.Run, j.At, j.Identity, j.Adopted, j.By}
	return nil
}
