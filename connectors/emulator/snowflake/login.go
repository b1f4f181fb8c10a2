package snowflake

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// Error numbers of sessions.
const (
	codeBadLogin       = 390100
	codeNoAuth         = 390101
	codeBadToken       = 390104
	codeSessionGone    = 390111
	codeSessionExpired = 390112
	codeMasterMissing  = 390113
	codeMasterExpired  = 390114
	codeBadJWT         = 390144
	codeRoleAtConnect  = 390189
	codeObjectConnect  = 390201
	codeBadPAT         = 394400
)

// wireSession is a session with its tokens.
type wireSession struct {
	*session
	login                       string // name of the user, as it was at login
	token, master               string
	expires, masterExpires      time.Time
	expireNow, masterExpiredNow bool
}

type loginRequest struct {
	Data struct {
		Account       string         `json:"ACCOUNT_NAME"`
		Login         string         `json:"LOGIN_NAME"`
		Password      string         `json:"PASSWORD"`
		Authenticator string         `json:"AUTHENTICATOR"`
		Token         string         `json:"TOKEN"`
		Params        map[string]any `json:"SESSION_PARAMETERS"`
	} `json:"data"`
}

type nameValue struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

type sessionInfo struct {
	Database  *string `json:"databaseName"`
	Schema    *string `json:"schemaName"`
	Warehouse *string `json:"warehouseName"`
	Role      *string `json:"roleName"`
}

type loginResponse struct {
	Token           string      `json:"token"`
	Master          string      `json:"masterToken"`
	SessionID       int64       `json:"sessionId"`
	Validity        int         `json:"validityInSeconds"`
	MasterValidity  int         `json:"masterValidityInSeconds"`
	DisplayUserName string      `json:"displayUserName"`
	ServerVersion   string      `json:"serverVersion"`
	FirstLogin      bool        `json:"firstLogin"`
	RemMeToken      *string     `json:"remMeToken"`
	RemMeValidity   int         `json:"remMeValidityInSeconds"`
	HealthCheck     int         `json:"healthCheckInterval"`
	NewClient       *string     `json:"newClientForUpgrade"`
	IDToken         *string     `json:"idToken"`
	IDTokenValidity int         `json:"idTokenValidityInSeconds"`
	MFAToken        *string     `json:"mfaToken"`
	MFAValidity     int         `json:"mfaTokenValidityInSeconds"`
	ResponseData    *string     `json:"responseData"`
	SessionInfo     sessionInfo `json:"sessionInfo"`
	Parameters      []nameValue `json:"parameters"`
}

func (a *Account) login(x *exchange) {
	var req loginRequest
	if e := x.decode(&req); e != nil {
		x.reply(nil, e)
		return
	}
	if x.fault.Code != 0 {
		x.reply(nil, x.fault.err())
		return
	}
	a.mu.Lock()
	s, e := a.authenticate(&req, x.r.URL.Query())
	a.mu.Unlock()
	if e != nil {
		x.reply(map[string]any{"nextAction": "RETRY_LOGIN", "authnMethod": authMethod(&req), "signInOptions": map[string]any{}}, e)
		return
	}
	ws := a.openSession(s)
	x.reply(a.loginAnswer(ws), nil)
}

func authMethod(req *loginRequest) string {
	if req.Data.Authenticator == "" {
		return "USERNAME_PASSWORD"
	}
	return req.Data.Authenticator
}

func (a *Account) loginAnswer(ws *wireSession) *loginResponse {
	a.mu.RLock()
	defer a.mu.RUnlock()
	return &loginResponse{Token: ws.token, Master: ws.master, SessionID: ws.id, Validity: int(a.opt.SessionValidity.Seconds()), MasterValidity: int(a.opt.MasterValidity.Seconds()),
		DisplayUserName: ws.user.name, ServerVersion: serverVersion, HealthCheck: 45, SessionInfo: ws.info(), Parameters: ws.clientParameters()}
}

func (s *session) info() sessionInfo {
	opt := func(o *object) *string {
		if o = live(o); o == nil {
			return nil
		}
		return &o.name
	}
	return sessionInfo{opt(s.database), opt(s.schema), opt(s.warehouse), opt(s.role)}
}

// clientParameters are what clients format values by. Booleans and numbers are sent as such.
func (s *session) clientParameters() []nameValue {
	out := make([]nameValue, len(clientParams))
	for i, n := range clientParams {
		v := s.param(n)
		out[i] = nameValue{n, v}
		switch sessionParams[n].typ {
		case "BOOLEAN":
			out[i].Value = v == "true"
		case "NUMBER":
			out[i].Value = s.intParam(n)
		}
	}
	return out
}

// openSession gives a session its tokens.
func (a *Account) openSession(s *session) *wireSession {
	now := a.opt.Clock()
	n := a.queryIDs.Add(1)
	ws := &wireSession{session: s, login: s.user.name, token: fmt.Sprintf("session-%d-%d", s.id, n), master: fmt.Sprintf("master-%d-%d", s.id, n),
		expires: now.Add(a.opt.SessionValidity), masterExpires: now.Add(a.opt.MasterValidity)}
	a.wmu.Lock()
	defer a.wmu.Unlock()
	a.sessions[ws.token], a.masters[ws.master] = ws, ws
	return ws
}

// authenticate checks who logs in and makes the session asked for. The caller holds the lock.
func (a *Account) authenticate(req *loginRequest, q url.Values) (*session, *Error) {
	var u *object
	var restrict *object
	var e *Error
	switch strings.ToUpper(req.Data.Authenticator) {
	case "", "SNOWFLAKE":
		if req.Data.Password == "" && req.Data.Token != "" { // as drivers send what OAuth client credentials brought them
			u, restrict, e = a.byOAuth(req)
			break
		}
		u, e = a.byPassword(req)
	case "SNOWFLAKE_JWT":
		u, e = a.byKeyPair(req.Data.Token)
	case "PROGRAMMATIC_ACCESS_TOKEN":
		u, restrict, e = a.byAccessToken(req)
	case "OAUTH":
		u, restrict, e = a.byOAuth(req)
	default:
		e = errorf(codeBadLogin, "08004", "Authenticator %s is not supported by this emulator.", req.Data.Authenticator)
	}
	if e != nil {
		return nil, e
	}
	if u.prop("DISABLED", "false") == "true" {
		return nil, errorf(390101, "08004", "User access disabled. Contact your local system administrator.")
	}
	s := a.newSession(u)
	if restrict != nil {
		s.restrict, s.secondary = restrict, secondaryNone
	}
	if e := s.configure(req, q); e != nil {
		return nil, e
	}
	u.user.lastLogin = a.now()
	a.touch(u)
	a.settle()
	return s, nil
}

// byLogin finds a user by login name, in any case.
func (a *Account) byLogin(name string) *object {
	for _, u := range a.root.list("user") {
		if strings.EqualFold(u.user.loginName, name) {
			return u
		}
	}
	return nil
}

func errBadLogin() *Error {
	return errorf(codeBadLogin, "08004", "Incorrect username or password was specified.")
}

func (a *Account) byPassword(req *loginRequest) (*object, *Error) {
	u := a.byLogin(req.Data.Login)
	if u == nil || u.user.password == "" || u.user.password != req.Data.Password || u.prop("TYPE", "PERSON") == "SERVICE" {
		return nil, errBadLogin()
	}
	return u, nil
}

// AddOAuthToken has the account take an access token of an identity provider that it trusts for a user with a role.
func (a *Account) AddOAuthToken(user, token, role string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	u, r := a.root.child("user", user), a.root.child("role", role)
	switch {
	case u == nil:
		return errMissing(kindUser, user)
	case r == nil:
		return errMissing(kindRole, role)
	}
	u.user.oauth = append(u.user.oauth, &accessToken{secret: token, role: r})
	return nil
}

func (a *Account) byOAuth(req *loginRequest) (*object, *object, *Error) {
	for _, u := range a.root.list("user") {
		for _, t := range u.user.oauth {
			if t.secret == req.Data.Token && a.closure(u)[t.role] {
				return u, t.role, nil
			}
		}
	}
	return nil, nil, errorf(390303, "08004", "Invalid OAuth access token.")
}

func (a *Account) byAccessToken(req *loginRequest) (*object, *object, *Error) {
	bad := errorf(codeBadPAT, "08004", "Programmatic access token is invalid.")
	for _, u := range a.root.list("user") {
		for _, t := range u.user.tokens {
			if t.secret != req.Data.Token {
				continue
			}
			if t.disabled || !a.now().Before(t.expires) || req.Data.Login != "" && !strings.EqualFold(req.Data.Login, u.user.loginName) ||
				t.role != nil && !a.closure(u)[t.role] {
				return nil, nil, bad
			}
			return u, t.role, nil
		}
	}
	return nil, nil, bad
}

// byKeyPair verifies a login token: signed with RS256 by a key of the user it names, not expired by the real clock, which signed it.
func (a *Account) byKeyPair(token string) (*object, *Error) {
	bad := errorf(codeBadJWT, "08004", "JWT token is invalid.")
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, bad
	}
	var head struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		Issuer  string  `json:"iss"`
		Subject string  `json:"sub"`
		Issued  float64 `json:"iat"`
		Expires float64 `json:"exp"`
	}
	if !decodeSegment(parts[0], &head) || !decodeSegment(parts[1], &claims) || head.Alg != "RS256" {
		return nil, bad
	}
	account, login, ok := strings.Cut(claims.Subject, ".")
	if !ok || !strings.EqualFold(account, a.opt.Account) {
		return nil, bad
	}
	u := a.byLogin(login)
	now := float64(time.Now().Unix())
	if u == nil || now >= claims.Expires || claims.Issued > now+60 {
		return nil, bad
	}
	sig, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, bad
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	for _, key := range u.user.keys {
		if key != nil && claims.Issuer == claims.Subject+"."+fingerprint(key) && rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], sig) == nil {
			return u, nil
		}
	}
	return nil, bad
}

func decodeSegment(text string, into any) bool {
	b, err := base64.RawURLEncoding.DecodeString(text)
	return err == nil && json.Unmarshal(b, into) == nil
}

// configure sets role, warehouse, database, schema and parameters as the login asks, or as the user's defaults have them.
func (s *session) configure(req *loginRequest, q url.Values) *Error {
	for _, n := range sortedNames(req.Data.Params) {
		if _, known := sessionParams[strings.ToUpper(n)]; !known {
			continue // clients send parameters of their own
		}
		if v, err := checkParam(strings.ToUpper(n), fmt.Sprint(req.Data.Params[n])); err == nil {
			s.params[strings.ToUpper(n)] = v
		}
	}
	if e := s.initialRole(q.Get("roleName")); e != nil {
		return e
	}
	strict := s.params["CLIENT_VALIDATE_DEFAULT_PARAMETERS"] == "true"
	namespace := strings.SplitN(s.user.prop("DEFAULT_NAMESPACE", ""), ".", 2)
	database, schema := namespace[0], ""
	if len(namespace) == 2 {
		schema = namespace[1]
	}
	steps := []struct {
		asked, def string
		set        func(sqlengine.Name) error
	}{
		{q.Get("warehouse"), s.user.prop("DEFAULT_WAREHOUSE", ""), s.useWarehouse},
		{q.Get("databaseName"), database, s.useDatabase},
		{q.Get("schemaName"), schema, s.useSchema},
	}
	for _, st := range steps {
		name := st.asked
		if name == "" {
			name = st.def
		}
		if name == "" {
			continue
		}
		n, err := sqlengine.ParseName(sqlengine.Snowflake, name)
		if err == nil {
			err = st.set(n)
		}
		if err != nil && strict && st.asked != "" {
			return errorf(codeObjectConnect, "08004", "The requested object '%s' specified in the connect request does not exist or not authorized.", name)
		}
	}
	return nil
}

func sortedNames(m map[string]any) []string {
	set := map[string]bool{}
	for k := range m {
		set[k] = true
	}
	return slices.Sorted(maps.Keys(set))
}

// initialRole activates the role asked for, the restriction of the token, the user's default, or PUBLIC.
func (s *session) initialRole(asked string) *Error {
	name := asked
	if name == "" {
		name = s.user.prop("DEFAULT_ROLE", rolePublic)
	}
	if s.restrict != nil && asked == "" {
		s.role = s.restrict
		return nil
	}
	n, err := sqlengine.ParseName(sqlengine.Snowflake, name)
	if err == nil {
		s.role = s.a.root.child("role", rolePublic)
		err = s.useRole(n)
	}
	if err != nil && asked == "" {
		s.role = s.a.root.child("role", rolePublic)
		return nil
	}
	if err != nil {
		return errorf(codeRoleAtConnect, "08004", "Role '%s' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.", name)
	}
	return nil
}
