package snowflake

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

func (a *Account) userByLogin(name string) *object {
	for _, u := range a.root.list("user") {
		if u.user.loginName == name {
			return u
		}
	}
	return nil
}

var errBadJWT = errors.New("token is not valid")

// verifyJWT checks a key-pair token: issuer ACCOUNT.USER.<fingerprint>, subject ACCOUNT.USER, RS256 signature, times.
func (a *Account) verifyJWT(token string) (*object, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, errBadJWT
	}
	var head struct {
		Alg string `json:"alg"`
	}
	var claims struct {
		Issuer  string `json:"iss"`
		Subject string `json:"sub"`
		Expires int64  `json:"exp"`
	}
	if decodePart(parts[0], &head) != nil || decodePart(parts[1], &claims) != nil || head.Alg != "RS256" {
		return nil, errBadJWT
	}
	_, name, ok := strings.Cut(claims.Subject, ".")
	u := a.userByLogin(name)
	if !ok || u == nil || u.isDisabled() {
		return nil, errBadJWT
	}
	key := u.user.keyNamed(strings.TrimPrefix(claims.Issuer, claims.Subject+"."))
	if key == nil {
		return nil, errBadJWT
	}
	signature, err := base64.RawURLEncoding.DecodeString(parts[2])
	if err != nil {
		return nil, errBadJWT
	}
	sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], signature) != nil {
		return nil, errBadJWT
	}
	// The driver signs by the wall clock, whatever the account's clock says.
	if time.Now().Unix() >= claims.Expires {
		return nil, errBadJWT
	}
	return u, nil
}

func decodePart(part string, into any) error {
	text, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// keyNamed gives the user's key with a fingerprint, or nil.
func (u *user) keyNamed(print string) *rsa.PublicKey {
	for _, k := range u.keys {
		if k != nil && fingerprint(k) == print {
			return k
		}
	}
	return nil
}

// isDisabled tells whether a user may not sign in.
func (o *object) isDisabled() bool { return o.isDropped() || o.prop("DISABLED", "false") == "true" }
