package document

// JSONSchema returns the JSON Schema (draft 2020-12) of a shape, ready for encoding/json.
func JSONSchema(id, title string, s *Shape) map[string]any {
	out := schemaOf(s)
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["$id"] = id
	out["title"] = title
	return out
}

func schemaOf(s *Shape) map[string]any {
	switch s.Kind {
	case String:
		out := map[string]any{"type": "string"}
		if len(s.Enum) > 0 {
			out["enum"] = s.Enum
		}
		if s.Example != "" {
			out["examples"] = []string{s.Example}
		}
		return out
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
		one := schemaOf(s.Of)
		return map[string]any{"anyOf": []any{map[string]any{"type": "array", "items": one}, one}}
	case Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(s.Of)}
	case Object:
		return objectSchema(s)
	case Either:
		var all []any
		for _, c := range s.Choices {
			all = append(all, schemaOf(c))
		}
		return map[string]any{"anyOf": all}
	}
	return map[string]any{"type": []string{"string", "number", "boolean"}}
}

func objectSchema(s *Shape) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range s.Fields {
		p := schemaOf(f.Shape)
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
