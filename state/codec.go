package state

import (
	"encoding/json"
	"fmt"
	"strings"
)

// MarshalText writes a securable as its kind and path, such as `column CRM.PUBLIC.CUSTOMERS.EMAIL`. Parts are quoted
// where they would not read back, with nothing else changed, so that UnmarshalText returns the same securable.
func (s Securable) MarshalText() ([]byte, error) {
	if s == (Securable{}) {
		return nil, nil
	}
	var b strings.Builder
	b.WriteString(s.Kind.String())
	for i, p := range s.Parts() {
		b.WriteByte([]byte{' ', '.'}[min(i, 1)])
		if QuotePart(p) == p {
			b.WriteString(p)
		} else {
			b.WriteString(`"` + strings.ReplaceAll(p, `"`, `""`) + `"`)
		}
	}
	return []byte(b.String()), nil
}

// UnmarshalText reads what MarshalText wrote.
func (s *Securable) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*s = Securable{}
		return nil
	}
	word, path, _ := strings.Cut(string(text), " ")
	kind, ok := ParseKind(word)
	if !ok {
		return &UnknownWordError{What: "kind of securable", Word: word, Known: KindNames()}
	}
	parts, err := splitPath(path)
	if err != nil {
		return err
	}
	got, ok := fromParts(kind, parts)
	if !ok {
		return fmt.Errorf("a %s has not %d name parts: %q", kind, len(parts), path)
	}
	*s = got
	return nil
}

// fromParts places parts in the fields that the kind has.
func fromParts(kind Kind, parts []string) (Securable, bool) {
	s := Securable{Kind: kind}
	fields := []*string{&s.Catalog, &s.Schema, &s.Name, &s.Column}
	switch n := len(parts); {
	case n == 0:
		return s, kind == KindAccount || kind == KindMetastore || kind == KindEveryone
	case kind == KindDatabaseRole && n == 2:
		fields = []*string{&s.Catalog, &s.Name}
	case n == 1 && kind != KindCatalog:
		fields = []*string{&s.Name}
	case n > 4:
		return s, false
	}
	for i, p := range parts {
		*fields[i] = p
	}
	return s, true
}

func splitPath(path string) ([]string, error) {
	var parts []string
	for path != "" {
		var part string
		if path[0] == '"' {
			end := 1
			for {
				next := strings.IndexByte(path[end:], '"')
				if next < 0 {
					return nil, fmt.Errorf("a quote is not closed in %q", path)
				}
				end += next + 1
				if end >= len(path) || path[end] != '"' {
					break
				}
				end++
			}
			part, path = strings.ReplaceAll(path[1:end-1], `""`, `"`), path[end:]
		} else {
			end := strings.IndexByte(path, '.')
			if end < 0 {
				end = len(path)
			}
			part, path = path[:end], path[end:]
		}
		parts = append(parts, part)
		if path != "" {
			if path[0] != '.' || len(path) == 1 {
				return nil, fmt.Errorf("a name part does not end where a dot or the end was expected: %q", path)
			}
			path = path[1:]
		}
	}
	return parts, nil
}

// EncodeValue writes a value as JSON; DecodeValue reads it back for the same kind of fact. A nil value is "null".
func EncodeValue(v Value) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return []byte("null"), nil
	case Owner:
		return json.Marshal(Securable(v))
	}
	return json.Marshal(v)
}

// DecodeValue reads a value that EncodeValue wrote; which type it has is said by the kind of fact.
func DecodeValue(kind FactKind, data []byte) (Value, error) {
	if string(data) == "null" || len(data) == 0 {
		return nil, nil
	}
	switch kind {
	case FactRole:
		return decode[Role](data)
	case FactTag:
		return decode[Tag](data)
	case FactAllowedValue, FactMember, FactManaged:
		return Nil{}, nil
	case FactPolicy:
		p, err := decode[MaskingPolicy](data)
		return &p, err
	case FactMask, FactBinding:
		return decode[Mask](data)
	case FactRowPolicy:
		p, err := decode[RowPolicy](data)
		return &p, err
	case FactConstraintPolicy:
		p, err := decode[ConstraintPolicy](data)
		return &p, err
	case FactFilter, FactConstraint:
		return decode[Filter](data)
	case FactABAC:
		return decode[ABAC](data)
	case FactTagged:
		return decode[Text](data)
	case FactGrant:
		return decode[Option](data)
	case FactOwner:
		s, err := decode[Securable](data)
		return Owner(s), err
	}
	return nil, fmt.Errorf("decode a value: unknown kind of fact %v", kind)
}

func decode[T any](data []byte) (T, error) {
	var v T
	if err := json.Unmarshal(data, &v); err != nil {
		return v, fmt.Errorf("decode a value: %w", err)
	}
	return v, nil
}
