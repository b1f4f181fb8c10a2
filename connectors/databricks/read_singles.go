package databricks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/state"
)

// single is one entry of a list of securables that no view of the information schema has.
type single struct {
	Name     string `json:"name"`
	FullName string `json:"full_name"`
	Owner    string `json:"owner"`
	Comment  string `json:"comment"`
	Created  int64  `json:"created_at"` // milliseconds
	Purpose  string `json:"purpose"`    // of a credential: STORAGE or SERVICE
}

// listKeys are the fields of an answer that hold the list.
var listKeys = map[state.Kind]string{
	state.KindConnection: "connections", state.KindExternalLocation: "external_locations", state.KindStorageCredential: "storage_credentials",
	state.KindServiceCredential: "credentials", state.KindModel: "registered_models", state.KindCleanRoom: "clean_rooms", state.KindShare: "shares",
	state.KindRecipient: "recipients", state.KindProvider: "providers",
}

// readSingles lists the kinds beside tables that declarations or records name, such as external locations, and asks for
// the grants of those that they name. The metastore is one of them.
func (r *reader) readSingles(ctx context.Context) error {
	if !r.scope.Wants(state.FactGrant) && !r.scope.Wants(state.FactOwner) {
		return nil
	}
	for _, k := range dialect.Singles() {
		if slices.Contains(r.scope.Kinds, k) {
			if err := r.list(ctx, k); err != nil {
				return err
			}
		}
	}
	if err := r.oursInNoList(ctx); err != nil {
		return err
	}
	return r.singleGrants(ctx)
}

// oursInNoList asks after what polsync set something on and no list shows: a list leaves out what the caller may not see,
// without a word.
func (r *reader) oursInNoList(ctx context.Context) error {
	var ask []state.Securable
	r.mu.Lock()
	for _, s := range r.scope.Ours {
		_, there := r.state.Objects[s]
		if !there && slices.Contains(dialect.Singles(), s.Kind) && slices.Contains(r.scope.Kinds, s.Kind) && r.scope.Covers(s) {
			ask = append(ask, s)
		}
	}
	r.mu.Unlock()
	if len(ask) > maxPermissionReads {
		for _, s := range ask {
			r.unknown(s, fmt.Sprintf("it shows in no list, and asking after %d securables one by one is too much", len(ask)))
		}
		return nil
	}
	return r.forEach(ctx, ask, func(ctx context.Context, s state.Securable) error {
		one, err := r.askedAfter(ctx, s)
		if one != nil {
			r.single(s.Kind, *one)
		}
		return err
	})
}

// list reads one kind, page by page.
func (r *reader) list(ctx context.Context, k state.Kind) error {
	what := strings.ReplaceAll(listKeys[k], "_", " ")
	for token := ""; ; {
		var page map[string]json.RawMessage
		if err := r.get(ctx, listPath(k)+token, &page); err != nil {
			return r.partly(err, state.Securable{}, what, state.FactGrant, state.FactOwner)
		}
		var entries []single
		var next string
		if err := errors.Join(field(page, listKeys[k], &entries), field(page, "next_page_token", &next)); err != nil {
			return fmt.Errorf("%s: read the answer: %w", what, err)
		}
		for _, e := range entries {
			r.single(k, e)
		}
		following := "&page_token=" + url.QueryEscape(next)
		switch {
		case next == "":
			return nil
		case following == token:
			return r.partly(fmt.Errorf("a page came twice: %w", errCut), state.Securable{}, what, state.FactGrant, state.FactOwner)
		}
		token = following
	}
}

// listPath asks for pages explicitly: a list without a size comes in one piece, however large.
func listPath(k state.Kind) string {
	size := "?max_results=1000"
	switch k {
	case state.KindCleanRoom:
		size = "?page_size=100"
	case state.KindServiceCredential:
		size += "&purpose=SERVICE"
	}
	return dialect.CollectionPath(k) + size
}

func field(page map[string]json.RawMessage, name string, into any) error {
	if page[name] == nil {
		return nil
	}
	return json.Unmarshal(page[name], into)
}

// single states one entry. Models stand in schemas, under their full name; the others in the metastore alone.
func (r *reader) single(k state.Kind, e single) {
	s := state.Securable{Kind: k, Name: lower(e.Name)}
	if k == state.KindModel {
		parts := strings.Split(lower(e.FullName), ".")
		if len(parts) != 3 || foreignCatalogs[parts[0]] != "" {
			return
		}
		s.Catalog, s.Schema, s.Name = parts[0], parts[1], parts[2]
		if !r.scope.Covers(s) {
			return
		}
	}
	if s.Name == "" || k == state.KindServiceCredential && e.Purpose != "" && e.Purpose != "SERVICE" {
		return
	}
	o := state.Object{Comment: e.Comment, Owner: state.Securable{Name: e.Owner}}
	if e.Created != 0 {
		o.Identity = strconv.FormatInt(e.Created, 10)
	}
	r.object(s, o)
}

// singleGrants asks for the grants of the listed kinds, and of the metastore, where somebody speaks of them.
func (r *reader) singleGrants(ctx context.Context) error {
	if r.scope.GrantsOf == nil || !r.scope.Wants(state.FactGrant) {
		return nil
	}
	kinds := append(dialect.Singles(), state.KindMetastore)
	var ask []state.Securable
	r.mu.Lock()
	for s := range r.state.Objects {
		if slices.Contains(kinds, s.Kind) && dialect.Grantable(s.Kind) && r.scope.GrantsOf(s) {
			ask = append(ask, s)
		}
	}
	r.mu.Unlock()
	slices.SortFunc(ask, state.Securable.Compare)
	if len(ask) > maxPermissionReads {
		for _, s := range ask {
			r.unreadable(s, fmt.Sprintf("asking for those of %d securables one by one is too much", len(ask)))
		}
		return nil
	}
	return r.forEach(ctx, ask, r.permissionsOf)
}

// judgeAnswers marks the grants that requests told as unknown where the caller does not manage the securable: it is then
// shown its own alone, without a word. A catalog of which nothing is managed is named once.
func (r *reader) judgeAnswers() {
	if r.me.is(r.me.metastoreOwner) {
		return
	}
	const reason = "grants: polsync neither owns it nor has MANAGE on it, so it is shown its own alone"
	mine := r.mine()
	manages := map[string]bool{} // catalogs in which something is managed
	var others []state.Securable
	for _, s := range r.answered {
		if r.manages(s, mine) {
			manages[s.Catalog] = true
		} else {
			others = append(others, s)
		}
	}
	slices.SortFunc(others, state.Securable.Compare)
	said := map[string]bool{}
	for _, s := range others {
		area := state.Area{Facts: []state.FactKind{state.FactGrant}, Within: s, Only: true, Reason: reason}
		if s.Catalog != "" && !manages[s.Catalog] {
			if said[s.Catalog] {
				continue
			}
			said[s.Catalog] = true
			area.Within, area.Only = state.Securable{Kind: state.KindCatalog, Catalog: s.Catalog}, false
		}
		r.state.Unknown = append(r.state.Unknown, area)
	}
}

// mine returns the principals whose rights the caller has: itself and its groups, through groups too.
func (r *reader) mine() map[state.Securable]bool {
	in := map[state.Securable][]state.Securable{}
	for k := range r.state.Facts {
		if k.Fact == state.FactMember {
			in[k.With] = append(in[k.With], k.On)
		}
	}
	front := []state.Securable{r.principal(r.me.name), {Kind: state.KindGroup, Name: dialect.AccountUsers}}
	for _, g := range r.me.groups {
		front = append(front, r.principal(g))
	}
	mine := map[state.Securable]bool{}
	for ; len(front) > 0; front = front[1:] {
		if p := front[0]; !mine[p] {
			mine[p] = true
			front = append(front, in[p]...)
		}
	}
	return mine
}

// manages reports whether one of the principals owns a securable or what holds it, or has MANAGE there.
func (r *reader) manages(s state.Securable, mine map[state.Securable]bool) bool {
	for up, ok := s, true; ok; up, ok = up.Parent() {
		if mine[r.state.Objects[up].Owner] {
			return true
		}
		for p := range mine {
			if r.state.Has(state.Key{Fact: state.FactGrant, On: up, With: p, Name: "MANAGE"}) {
				return true
			}
		}
	}
	return false
}
