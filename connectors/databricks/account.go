package databricks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/databricks/databricks-sdk-go/config"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks/dialect"
	"github.com/polsync/polsync/reconcile/plan"
)

// AccountOptions say how to reach the account that a workspace belongs to, as one of its administrators.
type AccountOptions struct {
	ID     string // a UUID
	Host   string // https://accounts.cloud.databricks.com, .azuredatabricks.net or .gcp.databricks.com; http only for a loopback host
	SignIn Credentials
	Assign bool // groups that polsync makes or gives members to are assigned to the workspace, so that their members may use it

	External bool // groups with an external id, which an identity provider is taken to fill, are written as well
}

// newAccountClient returns a client of the account's own API.
func newAccountClient(o Options) (*client, error) {
	if !uuid.MatchString(o.Account.ID) {
		return nil, errors.New("the account's id is a UUID, such as 11111111-2222-3333-4444-555555555555")
	}
	o.Host, o.WorkspaceID, o.WarehouseID = o.Account.Host, "", ""
	o.forAccount = true
	return newClient(o, o.Account.SignIn)
}

// metadata tells the SDK that a host is an account's. It knows that of the vendor's own names; others it would take for a
// workspace, and look for the token endpoint in the wrong place.
func (o *AccountOptions) metadata(_ context.Context, host string) (*config.HostMetadata, error) {
	if strings.HasPrefix(host, "https://accounts.") || strings.HasPrefix(host, "https://accounts-dod.") {
		return nil, nil
	}
	return &config.HostMetadata{HostType: config.AccountHost, AccountID: o.ID, OIDCEndpoint: host + "/oidc/accounts/" + o.ID}, nil
}

// accountPath begins the paths of the account's API.
func (o *AccountOptions) path() string { return "/api/2.0/accounts/" + url.PathEscape(o.ID) }

// accountExec sends a request to the account. Groups that had no id when the plan was made are looked up first. What is
// done shows when this returns, or did not show for the time that grants are waited for.
func (p *Platform) accountExec(ctx context.Context, s plan.Statement) (connectors.Outcome, error) {
	if p.account == nil {
		return connectors.Outcome{}, p.wrap(s.Method+" "+s.Path, fmt.Errorf("there are no credentials of the account: %w", connectors.ErrDenied))
	}
	path, body, err := p.resolved(ctx, s)
	if err != nil {
		return connectors.Outcome{}, p.wrap(s.Method+" "+s.Path, err)
	}
	var made scimEntry
	var sent any
	if body != "" {
		sent = []byte(body)
	}
	id, err := p.account.do(ctx, writes, s.Method, path, sent, &made)
	if s.Method == http.MethodDelete && errors.Is(err, connectors.ErrNotFound) {
		err = nil // gone is what was asked for
	}
	if err == nil {
		err = p.awaitGroup(ctx, s.Method, path, body, made.ID)
	}
	if err != nil {
		return connectors.Outcome{QueryID: id}, p.wrap(s.Method+" "+s.Path, err)
	}
	return connectors.Outcome{QueryID: id}, nil
}

// resolved puts ids in place of the references to groups.
func (p *Platform) resolved(ctx context.Context, s plan.Statement) (path, body string, err error) {
	segments := strings.Split(s.Path, "/")
	for i, segment := range segments {
		text, err := url.PathUnescape(segment)
		if err != nil {
			continue // no segment of ours
		}
		if group, ok := dialect.Referenced(text); ok {
			id, err := p.groupID(ctx, group)
			if err != nil {
				return "", "", err
			}
			segments[i] = url.PathEscape(id)
		}
	}
	path = strings.Join(segments, "/")
	if !strings.Contains(s.Body, "{displayName eq ") {
		return path, s.Body, nil
	}
	var patch map[string]any
	if err := json.Unmarshal([]byte(s.Body), &patch); err != nil {
		return "", "", fmt.Errorf("read back a request: %w", err)
	}
	var failed error
	replaced := replaceReferences(patch, func(group string) string {
		id, err := p.groupID(ctx, group)
		if err != nil && failed == nil {
			failed = err
		}
		return id
	})
	if failed != nil {
		return "", "", failed
	}
	text, err := json.Marshal(replaced)
	return path, string(text), err
}

// replaceReferences replaces references below "value" keys, the only place that holds ids; a name that merely looks like
// one stays.
func replaceReferences(v any, id func(group string) string) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			if text, ok := x.(string); ok && k == "value" {
				if group, ok := dialect.Referenced(text); ok {
					v[k] = id(group)
				}
				continue
			}
			v[k] = replaceReferences(x, id)
		}
	case []any:
		for i, x := range v {
			v[i] = replaceReferences(x, id)
		}
	}
	return v
}

// groupID returns the id of the one group of a name. One that was just made may not show yet.
func (p *Platform) groupID(ctx context.Context, name string) (string, error) {
	if id, ok := p.groups.id(name); ok {
		return id, nil
	}
	filter := `displayName eq "` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
	var page struct {
		Resources []scimEntry `json:"Resources"`
	}
	if _, err := p.account.do(ctx, reads, "GET", p.opt.Account.path()+"/scim/v2/Groups?attributes=id%2CdisplayName&filter="+url.QueryEscape(filter), nil, &page); err != nil {
		return "", fmt.Errorf("look up group %s: %w", name, err)
	}
	found := slices.DeleteFunc(page.Resources, func(e scimEntry) bool { return !strings.EqualFold(e.DisplayName, name) })
	if len(found) != 1 {
		return "", fmt.Errorf("the account has %d groups called %s: %w", len(found), name, connectors.ErrNotFound)
	}
	return found[0].ID, nil
}

var memberPath = regexp.MustCompile(`^members\[value eq "([^"]+)"\]$`)

// awaitGroup reads a group until what was written shows, and remembers it: lists follow with a delay.
func (p *Platform) awaitGroup(ctx context.Context, method, path, body, made string) error {
	groups := p.opt.Account.path() + "/scim/v2/Groups"
	if !strings.HasPrefix(path, groups) {
		return nil
	}
	id := made
	if method != http.MethodPost {
		id = strings.TrimPrefix(path, groups+"/")
	}
	if id == "" {
		return nil
	}
	p.groups.touch(id)
	add, remove, err := memberChanges(body)
	if err != nil || p.opt.GrantWait < 0 {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, p.opt.GrantWait)
	defer stop()
	for wait := 25 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		var g scimEntry
		_, err := p.account.do(ctx, reads, "GET", groups+"/"+id, nil, &g)
		gone := errors.Is(err, connectors.ErrNotFound)
		switch {
		case method == http.MethodDelete && gone, errors.Is(err, connectors.ErrDenied):
			return nil
		case method != http.MethodDelete && err == nil && g.holds(add, remove):
			p.groups.name(id, g.DisplayName)
			return nil
		case !sleep(ctx, wait):
			p.opt.Logger.Warn().Str("platform", p.opt.Name).Str("path", path).Msg("a written group does not show in reads yet")
			return nil
		}
	}
}

// memberChanges returns the ids that a request adds to a group and takes off it.
func memberChanges(body string) (add, remove []string, err error) {
	if body == "" {
		return nil, nil, nil
	}
	var patch struct {
		Operations []struct {
			Op, Path string
			Value    struct {
				Members []struct {
					Value string `json:"value"`
				} `json:"members"`
			} `json:"value"`
		} `json:"Operations"`
	}
	if err := json.Unmarshal([]byte(body), &patch); err != nil {
		return nil, nil, fmt.Errorf("read back a request: %w", err)
	}
	for _, o := range patch.Operations {
		for _, m := range o.Value.Members {
			add = append(add, m.Value)
		}
		if m := memberPath.FindStringSubmatch(o.Path); m != nil {
			remove = append(remove, m[1])
		}
	}
	return add, remove, nil
}

func (e scimEntry) holds(add, remove []string) bool {
	has := map[string]bool{}
	for _, m := range e.Members {
		has[m.Value] = true
	}
	return !slices.ContainsFunc(add, func(id string) bool { return !has[id] }) && !slices.ContainsFunc(remove, func(id string) bool { return has[id] })
}

// accountLag is how long lists of the account, and what workspaces know of it, may lag behind a write; for so long the
// groups that this process wrote are read one by one. No lag is documented for lists; workspaces follow within minutes.
const accountLag = 15 * time.Minute

// recentGroups holds the groups that this process wrote lately.
type recentGroups struct {
	mu    sync.Mutex
	at    map[string]time.Time // by id
	names map[string]string    // of those made or changed: id by name in lower case
}

func (g *recentGroups) touch(id string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at == nil {
		g.at, g.names = map[string]time.Time{}, map[string]string{}
	}
	g.at[id] = time.Now()
	for name, of := range g.names {
		if of == id {
			delete(g.names, name)
		}
	}
}

func (g *recentGroups) name(id, name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.names[strings.ToLower(name)] = id
}

func (g *recentGroups) id(name string) (string, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	id, ok := g.names[strings.ToLower(name)]
	return id, ok && time.Since(g.at[id]) < accountLag
}

// list returns the ids of the groups that were written within accountLag, and forgets the rest.
func (g *recentGroups) list() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var all []string
	for id, at := range g.at {
		if time.Since(at) > accountLag {
			delete(g.at, id)
			continue
		}
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

// namedLately reports whether a group of that name was made or changed by this process lately.
func (g *recentGroups) namedLately(name string) bool { _, ok := g.id(name); return ok }
