package snowflake

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/reconcile/plan"
)

func TestOpenRefuses(t *testing.T) {
	good := Options{Account: "A", User: "U", Credentials: Fixed(Credentials{Password: "p"})}
	for name, edit := range map[string]func(*Options){
		"no account": func(o *Options) { o.Account = "" }, "no user": func(o *Options) { o.User = "" }, "no credentials": func(o *Options) { o.Credentials = nil },
		"tag too long": func(o *Options) { o.Tag = strings.Repeat("é", 2001) }, "protocol": func(o *Options) { o.Protocol = "ftp" }, "concurrency": func(o *Options) { o.Concurrency = -1 },
	} {
		o := good
		edit(&o)
		if a, err := Open(o); err == nil {
			t.Errorf("%s: opened", name)
			a.Close()
		}
	}
	if a, err := Open(good); err != nil {
		t.Errorf("what is left out has defaults: %v", err)
	} else if err := a.Close(); err != nil {
		t.Error(err)
	}
}

func TestCredentialsHideThemselves(t *testing.T) {
	c := Credentials{Password: "hush", Token: "hush", OAuth: "hush", PrivateKey: []byte("hush"), Passphrase: []byte("hush")}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(verb, c); strings.Contains(s, "hush") || strings.Contains(s, "104") {
			t.Errorf("%s prints %s", verb, s)
		}
	}
}

func newKey(t *testing.T, bits int) (*rsa.PrivateKey, []byte) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// TestSignIn signs in by each kind of credentials.
func TestSignIn(t *testing.T) {
	key, text := newKey(t, 2048)
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	var given Credentials
	asked := 0
	b := newBed(t, emulator.Options{}, func(o *Options) {
		o.Credentials = func(context.Context) (Credentials, error) {
			asked++
			return given, nil
		}
	})
	b.admin("ALTER USER POLSYNC_SVC SET RSA_PUBLIC_KEY = '" + base64.StdEncoding.EncodeToString(public) + "'")
	if err := b.emu.AddAccessToken("POLSYNC_SVC", "TOKEN", "pat-secret", "POLSYNC"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]Credentials{"password": {Password: "svc-secret"}, "key": {PrivateKey: text}, "token": {Token: "pat-secret"}} {
		given = c
		b.reads.SetMaxIdleConns(0) // each statement signs in anew
		if _, err := b.query(t.Context(), "ask", "SELECT 1"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if asked != 3 {
		t.Errorf("credentials were asked for %d times", asked)
	}
	for name, c := range map[string]Credentials{"none": {}, "two": {Password: "a", Token: "b"}, "bad token": {Token: "no"}, "no key": {PrivateKey: []byte("x")}} {
		given = c
		if _, err := b.query(t.Context(), "ask", "SELECT 1"); !errors.Is(err, connectors.ErrAuth) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := b.Exec(t.Context(), plan.Statement{SQL: "SELECT 1"}); !errors.Is(err, connectors.ErrAuth) || errors.Is(err, connectors.ErrOutcome) {
		t.Errorf("a write without credentials: %v", err)
	}
}

func TestPrivateKeyRefuses(t *testing.T) {
	_, small := newKey(t, 1024)
	for name, text := range map[string][]byte{"nothing": nil, "no PEM": []byte("x"), "too small": small, "no key": pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}),
		"encrypted without passphrase": pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")})} {
		if _, err := privateKey(text, nil); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	for _, der := range [][]byte{nil, {0x30}, []byte("some bytes that are no DER")} {
		if _, err := decryptPKCS8(der, []byte("p")); err == nil {
			t.Error("broken DER is decrypted")
		}
	}
}

// TestEncryptedKey reads keys as OpenSSL encrypts them.
func TestEncryptedKey(t *testing.T) {
	openssl, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("no openssl to encrypt a key with")
	}
	key, text := newKey(t, 2048)
	plain := filepath.Join(t.TempDir(), "key.pem")
	if err := os.WriteFile(plain, text, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-v2", "aes-256-cbc"}, {"-v2", "aes-128-cbc", "-v2prf", "hmacWithSHA1"}, {"-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA512"}} {
		out, err := exec.CommandContext(t.Context(), openssl, append([]string{"pkcs8", "-topk8", "-in", plain, "-passout", "pass:open sesame"}, args...)...).Output()
		if err != nil {
			t.Fatal(err)
		}
		got, err := privateKey(out, []byte("open sesame"))
		if err != nil || !got.Equal(key) {
			t.Errorf("%v: %v", args, err)
		}
		if _, err := privateKey(out, []byte("wrong")); err == nil || strings.Contains(err.Error(), "wrong\"") {
			t.Errorf("%v with another passphrase: %v", args, err)
		}
	}
}
