package snowflake

import (
	"context"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"maps"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// user is what users have besides their properties.
type user struct {
	loginName string
	password  string
	keys      [2]*rsa.PublicKey
	tokens    []*accessToken
	oauth     []*accessToken // that identity providers gave out
	lastLogin time.Time
}

// accessToken is a programmatic access token.
type accessToken struct {
	name     string
	secret   string
	role     *object // the session is restricted to it; nil: not restricted
	expires  time.Time
	disabled bool
	created  time.Time
	by       string
	comment  string
}

func (c *cursor) createUser(d *definition) error {
	d.fill = func(o *object) error {
		o.user = &user{loginName: o.name}
		if err := c.s.setUser(o, d.props); err != nil {
			return err
		}
		return o.checkUserType()
	}
	return c.options(d)
}

// setUser applies properties to a user.
func (s *session) setUser(o *object, props []setting) error {
	for _, p := range props {
		if err := s.setUserProp(o, p); err != nil {
			return err
		}
	}
	return nil
}

// changeUser is setUser for a user that is there already: it does all or nothing.
func (s *session) changeUser(o *object, props []setting) error {
	before, kept := *o.user, maps.Clone(o.props)
	err := s.setUser(o, props)
	if err == nil {
		err = o.checkUserType()
	}
	if err != nil {
		*o.user, o.props = before, kept
	}
	return err
}

func (s *session) setUserProp(o *object, p setting) error {
	switch p.name {
	case "PASSWORD":
		o.user.password = p.value
		delete(o.props, p.name)
		return nil
	case "RSA_PUBLIC_KEY", "RSA_PUBLIC_KEY_2":
		key, err := parsePublicKey(p.value)
		if err != nil {
			return compilation(codeInvalidValue, "22023", "New public key rejected by current policy. Reason: 'Invalid public key'.")
		}
		o.user.keys[map[string]int{"RSA_PUBLIC_KEY": 0, "RSA_PUBLIC_KEY_2": 1}[p.name]] = key
	case "LOGIN_NAME":
		o.user.loginName = strings.ToUpper(p.value)
	case "DISABLED", "MUST_CHANGE_PASSWORD":
		p.value = strings.ToLower(p.value)
	case "DEFAULT_ROLE", "DEFAULT_WAREHOUSE", "DEFAULT_NAMESPACE":
		if isPlainName(p.value) {
			p.value = strings.ToUpper(p.value)
		}
	}
	o.setProp(p.name, p.value)
	return nil
}

// checkUserType: service users sign in by key or token, never by password.
func (o *object) checkUserType() error {
	if o.prop("TYPE", "PERSON") == "SERVICE" && o.user.password != "" {
		return compilation(codeInvalidValue, "22023", "Cannot set PASSWORD on user '%s' of type SERVICE.", o.name)
	}
	return nil
}

// isPlainName tells whether a text needs no quotes as a name.
func isPlainName(s string) bool {
	return quoteIfNeeded(strings.ReplaceAll(strings.ToUpper(s), ".", "_")) == strings.ReplaceAll(strings.ToUpper(s), ".", "_")
}

// parsePublicKey reads an RSA public key as PEM or as its bare base64 body.
func parsePublicKey(text string) (*rsa.PublicKey, error) {
	der := []byte(nil)
	if block, _ := pem.Decode([]byte(text)); block != nil { // what stands behind the block is of no matter
		der = block.Bytes
	} else {
		var err error
		if der, err = base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), "")); err != nil {
			return nil, err
		}
	}
	key, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	k, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, x509.ErrUnsupportedAlgorithm
	}
	return k, nil
}

// fingerprint names a key as the claims of a login token do.
func fingerprint(k *rsa.PublicKey) string {
	der, err := x509.MarshalPKIXPublicKey(k)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(der)
	return "SHA256:" + base64.StdEncoding.EncodeToString(sum[:])
}

// alterUserToken reads ADD, REMOVE and MODIFY of programmatic access tokens.
func (c *cursor) alterUserToken(u *userTarget) (action, error) {
	verb := c.AcceptAny("ADD", "REMOVE")
	if !c.words("PROGRAMMATIC ACCESS TOKEN") && !c.AcceptKeyword("PAT") {
		return nil, c.Errorf("expected PAT")
	}
	ifNot := c.ifNotExists()
	name, err := c.Ident()
	if err != nil {
		return nil, err
	}
	var props []setting
	if !c.AtEnd() && !c.PeekKeyword(";") {
		if props, err = c.settings(); err != nil {
			return nil, err
		}
	}
	return func(context.Context) (*Result, error) {
		o, err := u.find()
		if err != nil {
			return nil, err
		}
		if o != c.s.user {
			if err := c.s.may().require(o, "MODIFY PROGRAMMATIC AUTHENTICATION METHODS"); err != nil {
				return nil, err
			}
		}
		if verb == "REMOVE" {
			return o.removeToken(name.Text)
		}
		return c.s.addToken(o, name.Text, ifNot, props)
	}, nil
}

func (o *object) removeToken(name string) (*Result, error) {
	for _, t := range o.user.tokens {
		if t.name == name {
			o.user.tokens = without(o.user.tokens, t)
			return done(), nil
		}
	}
	return nil, compilation(codeMissing, "02000", "Programmatic access token '%s' does not exist or not authorized.", name)
}

func (s *session) addToken(o *object, name string, ifNot bool, props []setting) (*Result, error) {
	for _, t := range o.user.tokens {
		if t.name == name {
			if ifNot {
				return status("%s already exists, statement succeeded.", name), nil
			}
			return nil, errExists(name)
		}
	}
	t := &accessToken{name: name, created: s.a.now(), expires: s.a.now().Add(15 * 24 * time.Hour), by: s.user.name}
	for _, p := range props {
		if err := s.setTokenProp(o, t, p); err != nil {
			return nil, err
		}
	}
	if t.role == nil && o.prop("TYPE", "PERSON") == "SERVICE" {
		return nil, errorf(codeInvalidValue, "22023", "SQL compilation error:\nROLE_RESTRICTION is required for programmatic access tokens of service users.")
	}
	t.secret = s.a.tokenSecret(o.name, name)
	o.user.tokens = append(o.user.tokens, t)
	r := textResult(typeDDL, "token_name", "token_secret")
	r.Rows = []sqlengine.Row{{name, t.secret}}
	return r, nil
}

func (s *session) setTokenProp(o *object, t *accessToken, p setting) error {
	switch p.name {
	case "ROLE_RESTRICTION":
		r := s.a.root.child("role", p.value)
		if r == nil || !s.a.closure(o)[r] {
			return errMissing(kindRole, p.value)
		}
		t.role = r
	case "DAYS_TO_EXPIRY":
		n, err := strconv.Atoi(p.value)
		if err != nil || n < 1 || n > 365 {
			return compilation(codeInvalidValue, "22023", "invalid value [%s] for parameter 'DAYS_TO_EXPIRY'", p.value)
		}
		t.expires = s.a.now().Add(time.Duration(n) * 24 * time.Hour)
	case "COMMENT":
		t.comment = p.value
	case "MINS_TO_BYPASS_NETWORK_POLICY_REQUIREMENT":
	default:
		return compilation(codeInvalidProperty, "22023", "invalid property '%s' for 'PROGRAMMATIC ACCESS TOKEN'", p.name)
	}
	return nil
}

// tokenSecret derives a secret that is the same in every run: this account guards nothing but synthetic data.
func (a *Account) tokenSecret(user, name string) string {
	sum := sha256.Sum256([]byte(a.opt.Account + "/" + user + "/" + name + "/" + strconv.FormatInt(a.nextID(), 10)))
	return "pat-" + hex.EncodeToString(sum[:20])
}

// AddAccessToken gives a user a programmatic access token with a chosen secret. An empty role leaves the token unrestricted.
func (a *Account) AddAccessToken(user, name, secret, role string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	u := a.root.child("user", user)
	if u == nil {
		return errMissing(kindUser, user)
	}
	t := &accessToken{name: name, secret: secret, created: a.now(), expires: a.now().Add(365 * 24 * time.Hour), by: user}
	if role != "" {
		if t.role = a.root.child("role", role); t.role == nil {
			return errMissing(kindRole, role)
		}
	}
	u.user.tokens = append(u.user.tokens, t)
	return nil
}
