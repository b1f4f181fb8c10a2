package document

import "strconv"

// JSONSchema returns the JSON Schema (draft 2020-12) of a shape, ready for encoding/json. Shapes that stand in several
// places are written once, under $defs, by the key they are first found under.
func JSONSchema(id, title string, s *Shape) map[string]any {
	w := &schemaWriter{uses: map[*Shape]int{}, names: map[*Shape]string{}, defs: map[string]any{}}
	w.count(s)
	out := w.body(s)
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["$id"] = id
	out["title"] = title
	if len(w.defs) > 0 {
		out["$defs"] = w.defs
	}
	return out
}

type schemaWriter struct {
	uses  map[*Shape]int
	names map[*Shape]string
	defs  map[string]any
}

func (w *schemaWriter) count(s *Shape) {
	w.uses[s]++
	if w.uses[s] > 1 {
		return
	}
	for _, f := range s.Fields {
		w.count(f.Shape)
	}
	for _, c := range s.Choices {
		w.count(c)
	}
	if s.Of != nil {
		w.count(s.Of)
	}
}

// schema returns a shape's schema, or a reference to it. The key is where it stands.
func (w *schemaWriter) schema(s *Shape, key string) map[string]any {
	small := s.Kind != Object && s.Kind != Either && s.Kind != List && s.Kind != Map && len(s.Enum) < 8
	if w.uses[s] < 2 || small {
		return w.bodyAt(s, key)
	}
	name, named := w.names[s]
	if !named {
		name = key
		for i := 2; w.defs[name] != nil; i++ {
			name = key + strconv.Itoa(i)
		}
		w.names[s], w.defs[name] = name, true // taken, so that what lies within gets another
		w.defs[name] = w.bodyAt(s, key)
	}
	return map[string]any{"$ref": "#/$defs/" + name}
}

func (w *schemaWriter) body(s *Shape) map[string]any { return w.bodyAt(s, "value") }

func (w *schemaWriter) bodyAt(s *Shape, key string) map[string]any {
	switch s.Kind {
	case String:
		return stringSchema(s)
	case Moment:
		return map[string]any{"type": "string", "format": "date-time"}
	case Bool:
		return map[string]any{"type": "boolean"}
	case Integer, Number:
		out := map[string]any{"type": map[Kind]string{Integer: "integer", Number: "number"}[s.Kind], "minimum": s.Min}
		if s.Max != 0 {
			out["maximum"] = s.Max
		}
		return out
	case List:
		one := w.schema(s.Of, key)
		return map[string]any{"anyOf": []any{map[string]any{"type": "array", "items": one}, one}}
	case Map:
		return map[string]any{"type": "object", "additionalProperties": w.schema(s.Of, key)}
	case Object:
		return w.object(s)
	case Either:
		var all []any
		for _, c := range s.Choices {
			all = append(all, w.schema(c, key))
		}
		return map[string]any{"anyOf": all}
	}
	return map[string]any{"type": []string{"string", "number", "boolean"}}
}

func stringSchema(s *Shape) map[string]any {
	out := map[string]any{"type": "string"}
	if len(s.Enum) > 0 {
		out["enum"] = s.Enum
	}
	if s.Example != "" {
		out["examples"] = []string{s.Example}
	}
	return out
}

func (w *schemaWriter) object(s *Shape) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range s.Fields {
		p := w.schema(f.Shape, f.Name)
		if f.Required && f.Shape.Kind == List {
			p = map[string]any{"allOf": []any{p}, "not": map[string]any{"type": "array", "maxItems": 0}}
		}
		if f.Doc != "" {
			p["description"] = f.Doc
		}
		properties[f.Name] = p
		if f.Required {
			required = append(required, f.Name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}
