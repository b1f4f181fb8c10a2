package snowflake

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// signed makes a login token; claims and algorithm may be wrong on purpose.
func signed(t *testing.T, key *rsa.PrivateKey, alg string, claims map[string]any) string {
	t.Helper()
	part := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	body := part(map[string]any{"alg": alg, "typ": "JWT"}) + "." + part(claims)
	if alg == "none" {
		return body + "."
	}
	sum := sha256.Sum256([]byte(body))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return body + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestKeyPairTokensAreVerified(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	a := New(Options{})
	if err := a.Exec(roleAccountAdmin, "CREATE USER U RSA_PUBLIC_KEY = '"+base64.StdEncoding.EncodeToString(der)+"'", "CREATE USER V"); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(der)
	print := "SHA256:" + base64.StdEncoding.EncodeToString(sum[:])
	now := time.Now().Unix()
	claims := func(edit func(map[string]any)) map[string]any {
		m := map[string]any{"iss": "EMULATOR.U." + print, "sub": "EMULATOR.U", "iat": now, "exp": now + 60}
		edit(m)
		return m
	}
	for name, c := range map[string]struct {
		token string
		ok    bool
	}{
		"right":         {signed(t, key, "RS256", claims(func(map[string]any) {})), true},
		"no signature":  {signed(t, key, "none", claims(func(map[string]any) {})), false},
		"other user":    {signed(t, key, "RS256", claims(func(m map[string]any) { m["sub"], m["iss"] = "EMULATOR.V", "EMULATOR.V."+print })), false},
		"other account": {signed(t, key, "RS256", claims(func(m map[string]any) { m["sub"], m["iss"] = "OTHER.U", "OTHER.U."+print })), false},
		"other key":     {signed(t, key, "RS256", claims(func(m map[string]any) { m["iss"] = "EMULATOR.U.SHA256:x" })), false},
		"expired":       {signed(t, key, "RS256", claims(func(m map[string]any) { m["exp"] = now - 3600 })), false},
		"not a token":   {"x", false},
	} {
		body, err := json.Marshal(map[string]any{"data": map[string]any{"AUTHENTICATOR": "SNOWFLAKE_JWT", "TOKEN": c.token}})
		if err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		a.ServeHTTP(w, httptest.NewRequest(http.MethodPost, pathLogin, strings.NewReader(string(body))))
		var out struct {
			Success bool
			Code    string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil || out.Success != c.ok || !c.ok && out.Code != "390144" {
			t.Errorf("%s: %s, %v", name, w.Body, err)
		}
	}
}
