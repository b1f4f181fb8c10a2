package databricks

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// token is a bearer token: a personal access token, or an OAuth access token
// with its expiry.
type token struct {
	principal string // id
	expires   time.Time
}

// AddToken gives a principal a personal access token that does not expire.
func (w *Workspace) AddToken(principal, value string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.principal(principal)
	if p == nil {
		return errNoPrincipal(principal)
	}
	w.tokens[value] = token{principal: p.id}
	return nil
}

// SetSecret gives a service principal its OAuth client secret. The client id is
// the application id.
func (w *Workspace) SetSecret(applicationID, secret string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := w.principal(applicationID)
	if p == nil || p.kind != kindSP {
		return errNoPrincipal(applicationID)
	}
	w.secrets[p.name] = secret
	return nil
}

// RevokeTokens ends every OAuth access token, as if all had expired.
func (w *Workspace) RevokeTokens() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for value, t := range w.tokens {
		if !t.expires.IsZero() {
			delete(w.tokens, value)
		}
	}
}

// authenticate finds who sent a request.
func (w *Workspace) authenticate(r *http.Request) (identity, error) {
	p, err := w.bearer(r)
	if err != nil {
		return identity{}, err
	}
	id := w.identity(p)
	id.agent = r.UserAgent()
	return id, nil
}

// bearer finds the principal of a request's token.
func (w *Workspace) bearer(r *http.Request) (*principal, error) {
	value, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return nil, errUnauthenticated("Credential was not sent or was of an unsupported type for this API.")
	}
	t, ok := w.tokens[value]
	if !ok {
		return nil, &Error{http.StatusForbidden, "403", "PERMISSION_DENIED", "28000", "Invalid access token."}
	}
	if !t.expires.IsZero() && !w.now().Before(t.expires) {
		return nil, errUnauthenticated("Access token expired.")
	}
	p := w.principals[t.principal]
	if p == nil {
		return nil, errUnauthenticated("The identity of this token was deleted.")
	}
	return p, nil
}

// hostMetadata answers the probe of SDKs.
func (c *call) hostMetadata() (any, error) {
	base := c.base()
	return map[string]any{
		"oidc_endpoint": base + "/oidc", "account_id": c.w.opt.AccountID, "workspace_id": c.w.workspaceNumber(),
		"cloud": "aws", "host_type": "workspace",
	}, nil
}

// base is the address the client used.
func (c *call) base() string {
	scheme := "http"
	if c.r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + c.r.Host
}

func (c *call) oauthServer() (any, error) {
	base := c.base() + "/oidc"
	return map[string]any{"issuer": base, "authorization_endpoint": base + "/v1/authorize", "token_endpoint": base + "/v1/token",
		"grant_types_supported": []string{"client_credentials"}, "scopes_supported": []string{"all-apis"}}, nil
}

// oauthToken is the client credentials grant. Its errors have OAuth's own shape.
func (c *call) oauthToken() (any, error) {
	form, err := url.ParseQuery(string(c.body))
	if err != nil {
		return nil, oauthError{http.StatusBadRequest, "invalid_request", "The body is not a form."}
	}
	id, secret, ok := c.r.BasicAuth()
	if ok {
		// RFC 6749 2.3.1: both are form-encoded inside Basic.
		if u, err := url.QueryUnescape(id); err == nil {
			id = u
		}
		if u, err := url.QueryUnescape(secret); err == nil {
			secret = u
		}
	} else {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if form.Get("grant_type") != "client_credentials" {
		return nil, oauthError{http.StatusBadRequest, "unsupported_grant_type", "Only client_credentials is supported."}
	}
	want, known := c.w.secrets[id]
	p := c.w.principal(id)
	if !known || want != secret || p == nil {
		return nil, oauthError{http.StatusUnauthorized, "invalid_client", "Client authentication failed"}
	}
	value := "eyEmulated." + strings.ReplaceAll(c.w.newID(), "-", "")
	c.w.tokens[value] = token{p.id, c.w.now().Add(c.w.opt.TokenLifetime)}
	return map[string]any{"access_token": value, "token_type": "Bearer", "scope": "all-apis", "expires_in": int(c.w.opt.TokenLifetime.Seconds())}, nil
}

// oauthError is the error body of the token endpoint.
type oauthError struct {
	status      int
	code        string
	description string
}

func (e oauthError) Error() string { return e.code + ": " + e.description }
