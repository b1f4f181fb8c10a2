package databricks

import (
	"context"
	"fmt"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// readTags reads the tags that stand on catalogs, schemas, tables, columns and volumes, in one statement.
func (r *reader) readTags(ctx context.Context) error {
	if !r.scope.Wants(state.FactTagged) {
		return nil
	}
	const from = " FROM system.information_schema."
	t, err := r.whole(ctx, "tags", "SELECT 'catalog' AS kind, catalog_name AS c, '' AS s, '' AS n, '' AS column_name, tag_name, tag_value"+from+"catalog_tags WHERE "+r.within("catalog_name")+
		" UNION ALL SELECT 'schema', catalog_name, schema_name, '', '', tag_name, tag_value"+from+"schema_tags WHERE "+r.within("catalog_name", "schema_name")+
		" UNION ALL SELECT 'table', catalog_name, schema_name, table_name, '', tag_name, tag_value"+from+"table_tags WHERE "+r.within("catalog_name", "schema_name", "table_name")+
		" UNION ALL SELECT 'volume', catalog_name, schema_name, volume_name, '', tag_name, tag_value"+from+"volume_tags WHERE "+r.within("catalog_name", "schema_name", "volume_name")+
		" UNION ALL SELECT 'column', catalog_name, schema_name, table_name, column_name, tag_name, tag_value"+from+"column_tags WHERE "+r.within("catalog_name", "schema_name", "table_name", "column_name"))
	if err != nil {
		return r.partly(err, state.Securable{}, "tags", state.FactTagged)
	}
	for i := range t.rows {
		on := column(t, i)
		on.Kind, _ = state.ParseKind(t.text(i, "kind"))
		if on.Kind == state.KindTable {
			on = r.asThere(on)
		}
		r.tagged(on, t.text(i, "tag_name"), t.text(i, "tag_value"))
	}
	return nil
}

// tagged states a tag. Keys with a dot, such as class.email_address, are the platform's, which its own classification
// sets and takes off.
func (r *reader) tagged(on state.Securable, key, value string) {
	k := tagKey(on, key)
	r.put(k, state.Text(value))
	if dialect.SystemTag(key) {
		r.fix(k, "a system tag, which the platform sets and takes off")
	}
}

func tagKey(on state.Securable, key string) state.Key {
	return state.Key{Fact: state.FactTagged, On: on, With: state.Securable{Kind: state.KindTag, Name: key}}
}

// asThere gives a table the kind that it was found with.
func (r *reader) asThere(s state.Securable) state.Securable {
	r.mu.Lock()
	defer r.mu.Unlock()
	if k, special := r.known.Kinds[s]; special {
		s.Kind = k
	}
	return s
}

// readTagPolicies reads the governed tags.
func (r *reader) readTagPolicies(ctx context.Context) error {
	if !r.scope.Wants(state.FactTag) && !r.scope.Wants(state.FactAllowedValue) {
		return nil
	}
	for token := ""; ; {
		var page struct {
			Policies []struct {
				Key         string `json:"tag_key"`
				Description string `json:"description"`
				Values      []struct {
					Name string `json:"name"`
				} `json:"values"`
			} `json:"tag_policies"`
			Next string `json:"next_page_token"`
		}
		if err := r.get(ctx, "/api/2.1/tag-policies"+query("page_token", token), &page); err != nil {
			return r.partly(err, state.Securable{}, "governed tags", state.FactTag, state.FactAllowedValue)
		}
		for _, p := range page.Policies {
			on := state.Securable{Kind: state.KindTag, Name: p.Key}
			r.put(state.Key{Fact: state.FactTag, On: on}, state.Tag{Comment: p.Description, Governed: true})
			for _, v := range p.Values {
				r.put(state.Key{Fact: state.FactAllowedValue, On: on, Name: v.Name}, state.Nil{})
			}
		}
		if page.Next == "" {
			return nil
		}
		if page.Next == token {
			return r.partly(fmt.Errorf("a page came twice: %w", errCut), state.Securable{}, "governed tags", state.FactTag, state.FactAllowedValue)
		}
		token = page.Next
	}
}
