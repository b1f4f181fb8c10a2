package databricks

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options configure a Workspace. The zero value serves an empty metastore.
type Options struct {
	Clock       func() time.Time // time of all stamps; nil: time.Now
	WorkspaceID int64            // 0: DefaultWorkspaceID
	MetastoreID string           // "": DefaultMetastoreID
	AccountID   string           // "": DefaultAccountID
	Admin       string           // metastore and account admin, created as a user; "": DefaultAdmin

	// AccountLag is how long a group made through the account's API stays unknown
	// to the workspace: to its SCIM and as a grantee.
	AccountLag time.Duration
	// ListsWithoutMembers makes group lists of the account leave members out, as
	// they do for accounts made since August 2025; a single group has them.
	ListsWithoutMembers bool

	TagLag    time.Duration // until tags show in the information schema and act on policies
	PolicyLag time.Duration // until a new policy is in force; one that is replaced or dropped changes at once
	GrantLag  time.Duration // until grants show in reads; enforcement is at once
	// SystemLag is how long system.access.audit and system.query.history stay
	// behind what happened.
	SystemLag time.Duration

	TokenLifetime time.Duration // of OAuth access tokens; 0: one hour
	PageSize      int           // largest page of REST lists; 0: 1000, tables 50
	ChunkRows     int           // rows per result chunk; 0: 1000
	InlineLimit   int           // bytes of an INLINE result, with more the statement fails; 0: 25 MiB
	EmptyPages    bool          // every list starts with an empty page and a token

	// DocumentedMasks gives information_schema.column_masks and row_filters the
	// columns of the vendor's pages instead of those met in practice.
	DocumentedMasks bool

	// ColdStart is how long a stopped warehouse stays PENDING before it runs a
	// statement.
	ColdStart time.Duration

	Faults *Faults      // nil: a new one, see Workspace.Faults
	Logger *slog.Logger // gets unknown routes and statements as warnings; nil: silent
}

// Identifiers of a workspace whose Options name none.
const (
	DefaultWorkspaceID = 4242424242424242
	DefaultMetastoreID = "5f0c3b1e-7a44-4c52-9d0b-0c6a2f5d8e11"
	DefaultAccountID   = "0b7d4f52-93c1-4e0e-8a5d-6f3e2b1c9a70"
	DefaultAdmin       = "admin@example.com"
)

// Workspace is a Databricks workspace with its Unity Catalog metastore, in
// memory. It is an http.Handler; all methods may be called concurrently.
type Workspace struct {
	opt    Options
	log    *slog.Logger
	router router

	mu sync.RWMutex // guards all below, up to runs
	accountState
	root          *securable            // the metastore
	principals    map[string]*principal // by id
	byName        map[string]*principal // by name in lower case
	nextPrincipal int
	tokens        map[string]token  // by bearer token
	secrets       map[string]string // client id -> client secret
	tagPolicies   map[string]*tagPolicy
	tagRoles      roleSet
	warehouses    []*warehouse
	audited       []auditEvent
	detected      []detection

	runs       sync.Mutex // guards statements, requests and the states of warehouses; taken after mu where both are
	statements map[string]*statement
	requests   []Request
	executed   []Statement // all ever; Statements leaves out those before the last ResetLog
	forgotten  int         // how many of executed

	ids     atomic.Uint64
	running sync.WaitGroup // statements being carried out
	stop    context.CancelFunc
	stopped context.Context
}

// New makes a workspace with an empty metastore and its admin.
func New(opt Options) *Workspace {
	opt = opt.withDefaults()
	w := &Workspace{
		opt: opt, log: opt.Logger,
		principals: map[string]*principal{}, byName: map[string]*principal{}, tokens: map[string]token{}, secrets: map[string]string{},
		tagPolicies:   map[string]*tagPolicy{},
		statements:    map[string]*statement{},
		nextPrincipal: 1000,
		accountState:  newAccountState(),
	}
	w.stopped, w.stop = context.WithCancel(context.Background())
	w.router = routes()
	w.addPrincipal(kindUser, opt.Admin, "Account Admin")
	w.root = &securable{kind: kindMetastore, name: "primary", id: opt.MetastoreID, owner: opt.Admin,
		children: map[childKey]*securable{}, created: stamp{w.now(), opt.Admin}, altered: stamp{w.now(), opt.Admin}}
	w.addSystemCatalog()
	return w
}

func (o Options) withDefaults() Options {
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.WorkspaceID == 0 {
		o.WorkspaceID = DefaultWorkspaceID
	}
	if o.MetastoreID == "" {
		o.MetastoreID = DefaultMetastoreID
	}
	if o.AccountID == "" {
		o.AccountID = DefaultAccountID
	}
	if o.Admin == "" {
		o.Admin = DefaultAdmin
	}
	if o.TokenLifetime == 0 {
		o.TokenLifetime = time.Hour
	}
	if o.ChunkRows == 0 {
		o.ChunkRows = 1000
	}
	if o.InlineLimit == 0 {
		o.InlineLimit = 25 << 20
	}
	if o.Faults == nil {
		o.Faults = &Faults{}
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	}
	return o
}

// Faults gives the faults of the workspace.
func (w *Workspace) Faults() *Faults { return w.opt.Faults }

// Close cancels running statements and waits for them to end.
func (w *Workspace) Close() {
	w.stop()
	w.running.Wait()
}

// Exec runs one statement as a principal, without the wire.
func (w *Workspace) Exec(principal, sql string) error {
	_, err := w.Query(principal, sql)
	return err
}

// Query runs one statement as a principal, without the wire, and gives its
// result. The error is an *Error where the workspace refused.
func (w *Workspace) Query(principal, sql string) (*Result, error) {
	w.mu.RLock()
	p := w.principal(principal)
	if p == nil {
		w.mu.RUnlock()
		return nil, fmt.Errorf("running a statement: %w", errNoPrincipal(principal))
	}
	s := &session{w: w, ctx: w.stopped, id: w.identity(p)}
	w.mu.RUnlock()
	return w.run(s, sql)
}

func (w *Workspace) now() time.Time { return w.opt.Clock().UTC() }

// newID gives the next of a fixed sequence of UUIDs, so that runs are
// reproducible.
func (w *Workspace) newID() string {
	h := sha256.Sum256(fmt.Appendf(nil, "%s/%d", w.opt.MetastoreID, w.ids.Add(1)))
	h[6], h[8] = h[6]&0x0f|0x40, h[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16])
}

// ServeHTTP answers one REST request.
func (w *Workspace) ServeHTTP(rw http.ResponseWriter, r *http.Request) { w.serve(rw, r) }

// addSystemCatalog makes the catalog whose information schema spans all others.
// Everybody in the account may read it, as on new accounts.
func (w *Workspace) addSystemCatalog() {
	c := &securable{kind: kindCatalog, name: "system", parent: w.root, owner: "System user", id: w.newID(),
		catalogType: catalogSystem, comment: "System catalog (auto-created)", children: map[childKey]*securable{},
		created: stamp{w.now(), "System user"}, altered: stamp{w.now(), "System user"}}
	c.grants.now = map[string]map[string]bool{accountUsers: {privUseCat: true, privBrowse: true}}
	w.root.children[childKey{kindCatalog, c.name}] = c
	w.addInformationSchema(c)
	w.addSystemTables(c)
}

// addInformationSchema gives a catalog its information schema.
func (w *Workspace) addInformationSchema(c *securable) {
	s := &securable{kind: kindSchema, name: informationSchema, parent: c, owner: "System user", id: w.newID(),
		comment: "Information schema (auto-created)", children: map[childKey]*securable{},
		created: c.created, altered: c.altered}
	s.grants.now = map[string]map[string]bool{accountUsers: {privUseSchema: true, privSelect: true}}
	c.children[childKey{kindSchema, s.name}] = s
}
