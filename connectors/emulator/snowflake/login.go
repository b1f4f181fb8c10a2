package snowflake

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"strings"
)

// Errors of logins.
const (
	codeBadPassword = 390100
	codeBadJWT      = 390144
	codeBadRole     = 390189
	codeBadDefault  = 390201
	codeBadPAT      = 394400
)

type loginBody struct {
	Data struct {
		Account       string         `json:"ACCOUNT_NAME"`
		User          string         `json:"LOGIN_NAME"`
		Password      string         `json:"PASSWORD"`
		Authenticator string         `json:"AUTHENTICATOR"`
		Token         string         `json:"TOKEN"`
		Params        map[string]any `json:"SESSION_PARAMETERS"`
	} `json:"data"`
}

func (q *request) login() envelope {
	var b loginBody
	if err := json.Unmarshal(q.body, &b); err != nil {
		return failure(errSession(codeBadRequest, "The request cannot be read."), nil)
	}
	q.a.mu.RLock()
	defer q.a.mu.RUnlock()
	u, restrict, fail := q.a.authenticate(&b)
	if fail != nil {
		return failure(fail, nil)
	}
	s := q.a.newSession(u)
	s.restrict = restrict
	s.takeParams(b.Data.Params)
	if fail := q.enter(s); fail != nil {
		return failure(fail, nil)
	}
	return success(q.a.openLogin(s))
}

// authenticate finds the user of a login, and the role it is restricted to, if any.
func (a *Account) authenticate(b *loginBody) (*object, *object, *Error) {
	name := strings.ToUpper(b.Data.User)
	switch strings.ToUpper(b.Data.Authenticator) {
	case "SNOWFLAKE_JWT":
		u, err := a.verifyJWT(b.Data.Token)
		if err != nil {
			return nil, nil, errSession(codeBadJWT, "JWT token is invalid.")
		}
		return u, nil, nil
	case "PROGRAMMATIC_ACCESS_TOKEN":
		if u := a.userByLogin(name); u != nil && !u.isDisabled() {
			for _, t := range u.user.tokens {
				if sameSecret(t.secret, b.Data.Token) && !t.disabled && a.now().Before(t.expires) {
					return u, t.role, nil
				}
			}
		}
		return nil, nil, errSession(codeBadPAT, "Programmatic access token is invalid.")
	case "", "SNOWFLAKE":
		if u := a.userByLogin(name); u != nil && !u.isDisabled() && u.user.password != "" && sameSecret(u.user.password, b.Data.Password) {
			return u, nil, nil
		}
	}
	return nil, nil, errSession(codeBadPassword, "Incorrect username or password was specified.")
}

func sameSecret(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// takeParams takes the session parameters of a login; those it does not know are left out, as drivers send back all they were told.
func (s *session) takeParams(params map[string]any) {
	for name, v := range params {
		text, err := json.Marshal(v)
		if err != nil {
			continue
		}
		value := strings.Trim(string(text), `"`)
		if str, ok := v.(string); ok {
			value = str
		}
		if checked, err := checkParam(strings.ToUpper(name), value); err == nil {
			s.params[strings.ToUpper(name)] = checked
		}
	}
}

// enter sets role, warehouse, database and schema of a new session: those asked for, or the user's defaults.
func (q *request) enter(s *session) *Error {
	strict := s.param("CLIENT_VALIDATE_DEFAULT_PARAMETERS") == "true"
	ask := q.r.URL.Query()
	if fail := s.enterRole(ask.Get("roleName"), strict); fail != nil {
		return fail
	}
	warehouse := ask.Get("warehouse")
	if warehouse == "" {
		warehouse = s.user.prop("DEFAULT_WAREHOUSE", "")
	}
	if w := s.a.root.child("warehouse", foldName(warehouse)); w != nil && s.may().some(w) {
		s.warehouse = w
	} else if strict && ask.Get("warehouse") != "" {
		return errSession(codeBadDefault, "The requested warehouse does not exist or not authorized.")
	}
	return s.enterNamespace(ask.Get("databaseName"), ask.Get("schemaName"), strict)
}

func (s *session) enterRole(name string, strict bool) *Error {
	asked := name != ""
	if !asked {
		name = s.user.prop("DEFAULT_ROLE", rolePublic)
	}
	if s.restrict != nil {
		name = s.restrict.name
	}
	r := s.a.root.child("role", foldName(name))
	if r == nil || !s.available(r) {
		if asked && strict {
			return errSession(codeBadRole, "Role '"+foldName(name)+"' specified in the connect string does not exist or not authorized.")
		}
		r = s.a.root.child("role", rolePublic)
	}
	s.role = r
	return nil
}

func (s *session) enterNamespace(database, schema string, strict bool) *Error {
	if database == "" {
		return nil
	}
	db := s.a.root.child("database", foldName(database))
	if db == nil || !s.may().enters(db) {
		if strict {
			return errSession(codeBadDefault, "The requested database does not exist or not authorized.")
		}
		return nil
	}
	s.database = db
	asked := schema != ""
	if !asked {
		schema = "PUBLIC"
	}
	sch := db.child("schema", foldName(schema))
	if sch != nil && s.may().enters(sch) {
		s.schema = sch
	} else if asked && strict {
		return errSession(codeBadDefault, "The requested schema does not exist or not authorized.")
	}
	return nil
}

// foldName gives the stored form of an identifier as connection settings carry it.
func foldName(name string) string {
	if len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"' {
		return strings.ReplaceAll(name[1:len(name)-1], `""`, `"`)
	}
	return strings.ToUpper(name)
}

func newToken() string {
	b := make([]byte, 24)
	// crypto/rand never fails.
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

// openLogin keeps a session and gives the answer of its login.
func (a *Account) openLogin(s *session) any {
	l := &login{session: s, token: newToken(), master: newToken()}
	l.until, l.masterUntil = a.now().Add(a.opt.SessionValidity), a.now().Add(a.opt.MasterValidity)
	a.wire.Lock()
	a.tokens[l.token], a.masters[l.master] = l, l
	a.wire.Unlock()
	return map[string]any{
		"token": l.token, "masterToken": l.master, "sessionId": s.id, "validityInSeconds": int(a.opt.SessionValidity.Seconds()),
		"masterValidityInSeconds": int(a.opt.MasterValidity.Seconds()), "displayUserName": s.user.name, "serverVersion": serverVersion,
		"firstLogin": false, "remMeToken": nil, "remMeValidityInSeconds": 0, "healthCheckInterval": 45, "newClientForUpgrade": nil,
		"idToken": nil, "idTokenValidityInSeconds": 0, "mfaToken": nil, "mfaTokenValidityInSeconds": 0, "responseData": nil,
		"sessionInfo": map[string]any{"databaseName": wireName(s.database), "schemaName": wireName(s.schema), "warehouseName": wireName(s.warehouse),
			"roleName": wireName(s.role)},
		"parameters": s.wireParams(),
	}
}

const serverVersion = "9.34.0"

// wireName gives the name for JSON: null where there is nothing.
func wireName(o *object) any {
	if o = live(o); o == nil {
		return nil
	}
	return o.name
}

func (s *session) roleName() string {
	if r := live(s.role); r != nil {
		return r.name
	}
	return ""
}

// wireParams gives the parameters clients format by.
func (s *session) wireParams() []any {
	var out []any
	for _, n := range clientParams {
		var v any = s.param(n)
		switch sessionParams[n].typ {
		case "BOOLEAN":
			v = s.param(n) == "true"
		case "NUMBER":
			v = s.intParam(n)
		}
		out = append(out, map[string]any{"name": n, "value": v})
	}
	return out
}
