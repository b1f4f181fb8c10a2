package notify

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

var (
	column  = state.Securable{Kind: state.KindColumn, Catalog: "C", Schema: "S", Name: "T", Column: "X"}
	table   = state.Securable{Kind: state.KindTable, Catalog: "C", Schema: "S", Name: "T"}
	reader  = state.Securable{Kind: state.KindRole, Name: "R"}
	grant   = plan.Change{Key: state.Key{Fact: state.FactGrant, On: table, With: reader, Name: "SELECT"}, Want: state.Option(false)}
	nothing = &plan.Plan{}
)

func steps(status reconcile.Status, changes ...plan.Change) []reconcile.StepResult {
	return []reconcile.StepResult{{Step: plan.Step{Changes: changes}, Status: status}}
}

func TestEvents(t *testing.T) {
	heldPlan := &plan.Plan{Notices: []plan.Notice{{Level: plan.Held, On: table, Text: "it could not be read"}, {Level: plan.Warning, Text: "of no weight here"}}}
	cases := []struct {
		name string
		res  *reconcile.Result
		err  error
		want []string // kind: summary | lines
	}{
		{"nothing to do", &reconcile.Result{Plan: nothing}, nil, nil},
		{"could not run", nil, errors.New("snow: sign in: refused\nand more"), []string{"failure: could not run | snow: sign in: refused; and more"}},
		{"a guard", &reconcile.Result{Plan: nothing}, &plan.GuardError{Platform: "snow", Breaches: []string{"26 removals"}}, []string{"guard: stopped before the first statement | 26 removals"}},
		{"done, with who sees more", &reconcile.Result{Plan: &plan.Plan{Sights: []plan.Sight{{Column: column, Gains: []state.Securable{reader}}}}, Steps: steps(reconcile.Done, grant)}, nil,
			[]string{"change: 1 change made | C.S.T.X: more is seen by role R; + grant C.S.T (SELECT, role R)"}},
		{"set again what others undid", &reconcile.Result{Plan: nothing, Drifted: []plan.Change{grant}}, nil, []string{"drift: 1 fact changed by others | + grant C.S.T (SELECT, role R)"}},
		{"held", &reconcile.Result{Plan: heldPlan, Steps: steps(reconcile.Held, grant)}, &reconcile.PartialError{Held: 1},
			[]string{"held: 2 things held | C.S.T: it could not be read; + grant C.S.T (SELECT, role R)"}},
		{"what failed is not said to be done", &reconcile.Result{Plan: nothing, Steps: steps(reconcile.Failed, grant)}, &reconcile.PartialError{Failed: 2}, []string{"failure: 2 statements failed | "}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, e := range Events(Outcome{Platform: "snow", Job: "reconcile", Result: c.res, Err: c.err}) {
				got = append(got, fmt.Sprintf("%s: %s | %s", e.Kind, e.Summary, strings.Join(e.Lines, "; ")))
				if e.Platform != "snow" || e.Job != "reconcile" {
					t.Errorf("%+v", e)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestManyLinesAreCounted(t *testing.T) {
	var many []plan.Change
	for i := range 50 {
		c := grant
		c.Key.Name = fmt.Sprint("P", i)
		many = append(many, c, c)
	}
	e := Events(Outcome{Result: &reconcile.Result{Plan: nothing, Run: "7", Head: ledger.Head{Seq: 3, Hash: "ab"}, Steps: steps(reconcile.Done, many...)}})[0]
	if len(e.Lines) != most || e.More != 30 || e.Run != "7" || *e.Head != (Head{3, "ab"}) {
		t.Errorf("%d lines and %d more of run %s, %v", len(e.Lines), e.More, e.Run, e.Head)
	}
}

// receiver answers what answers says, request by request, and then 200. It keeps what it was sent.
type receiver struct {
	mu      sync.Mutex
	answers []int
	got     []string
	headers []http.Header
	at      []time.Duration
	start   time.Time
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	r.got, r.headers, r.at = append(r.got, string(body)), append(r.headers, req.Header), append(r.at, time.Since(r.start))
	code := 200
	if len(r.answers) > 0 {
		code, r.answers = r.answers[0], r.answers[1:]
	}
	if code == 0 {
		return nil, errors.New("connection refused")
	}
	h := http.Header{}
	if code == 429 {
		h.Set("Retry-After", "30")
	}
	if code == 302 {
		h.Set("Location", "https://elsewhere.example/")
	}
	return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader("thanks"))}, nil
}

func fixed(s string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) { return s, nil }
}

// bubble runs a sender with one target against a receiver, in time that passes at once.
func bubble(t *testing.T, target Target, answers []int, do func(*Sender)) (*receiver, string) {
	r := &receiver{answers: answers}
	var log strings.Builder
	synctest.Test(t, func(t *testing.T) {
		r.start = time.Now()
		s := NewSender([]Target{target}, zerolog.New(zerolog.SyncWriter(&log)).Level(zerolog.WarnLevel), time.Now)
		s.client.Transport = r
		do(s)
		s.Close(t.Context())
	})
	return r, log.String()
}

var (
	all     = []Kind{Change, Failure, Held, Drift, Guard}
	slack   = Target{Name: "chat", Format: "slack", On: all, Address: fixed("https://hooks.example/SECRET")}
	signed  = Target{Name: "ops", Format: "json", On: all, Address: fixed("https://hooks.example/SECRET"), Keys: []func(context.Context) (string, error){fixed("new"), fixed("old")}}
	failing = Outcome{Platform: "snow", Job: "reconcile", Err: errors.New("no <answer>")}
	well    = Outcome{Platform: "snow", Job: "reconcile", Result: &reconcile.Result{Plan: nothing}}
)

func TestTextForPeople(t *testing.T) {
	r, log := bubble(t, slack, nil, func(s *Sender) { s.Tell(failing) })
	want := `{"text":"*snow* reconcile: FAILED: could not run\n• no &lt;answer&gt;"}`
	if diff := cmp.Diff([]string{strings.NewReplacer("&", `\u0026`).Replace(want)}, r.got); diff != "" || log != "" {
		t.Errorf("%s%s", diff, log)
	}
}

func TestSignedEvent(t *testing.T) {
	r, _ := bubble(t, signed, nil, func(s *Sender) { s.Tell(failing) })
	var e Event
	if err := json.Unmarshal([]byte(r.got[0]), &e); err != nil {
		t.Fatal(err)
	}
	if e.Kind != Failure || e.Platform != "snow" || e.Summary != "could not run" || e.ID == "" || r.headers[0].Get("X-Polsync-Event-Id") != e.ID {
		t.Errorf("%+v", e)
	}
	parts := strings.Split(r.headers[0].Get("X-Polsync-Signature"), ",")
	if len(parts) != 3 {
		t.Fatalf("signature %q", parts)
	}
	at := strings.TrimPrefix(parts[0], "t=")
	for i, key := range []string{"new", "old"} {
		h := hmac.New(sha256.New, []byte(key))
		io.WriteString(h, at+"."+r.got[0])
		if want := "v1=" + hex.EncodeToString(h.Sum(nil)); parts[i+1] != want {
			t.Errorf("%s: %s, want %s", key, parts[i+1], want)
		}
	}
}

func TestTries(t *testing.T) {
	cases := []struct {
		name    string
		answers []int
		sent    int
		least   time.Duration // before the last
		logged  string
	}{
		{"taken at once", nil, 1, 0, ""},
		{"taken in the end", []int{503, 0, 500}, 4, 3 * time.Second, ""},
		{"asked to wait", []int{429}, 2, 30 * time.Second, ""},
		{"never taken", []int{500, 500, 500, 500, 500, 500, 500}, 6, 15 * time.Second, "after 6 tries: it answered 500"},
		{"nobody there", []int{0, 0, 0, 0, 0, 0}, 6, 15 * time.Second, "after 6 tries: no answer: connection refused"},
		{"refused for good", []int{404}, 1, 0, "after 1 tries: it answered 404"},
		{"sent elsewhere", []int{302}, 1, 0, "after 1 tries: it answered 302"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, log := bubble(t, signed, c.answers, func(s *Sender) { s.Tell(failing); time.Sleep(10 * time.Minute) })
			if len(r.got) != c.sent || r.at[len(r.at)-1] < c.least {
				t.Errorf("%d requests, the last after %s", len(r.got), r.at[len(r.at)-1])
			}
			if !strings.Contains(log, c.logged) || (log == "") != (c.logged == "") || strings.Contains(log, "SECRET") {
				t.Errorf("logged %s", log)
			}
			ids := map[string]bool{}
			for _, h := range r.headers {
				ids[h.Get("X-Polsync-Event-Id")] = true
			}
			if len(ids) != 1 {
				t.Errorf("the tries have %d ids", len(ids))
			}
		})
	}
}

func TestAddressNeverInClear(t *testing.T) {
	for _, address := range []string{"http://hooks.example/SECRET", "SECRET", "https://\x7f/SECRET"} {
		target := signed
		target.Address = fixed(address)
		r, log := bubble(t, target, nil, func(s *Sender) { s.Tell(failing) })
		if len(r.got) != 0 || !strings.Contains(log, "not an https address") || strings.Contains(log, "SECRET") {
			t.Errorf("%s: %d requests, %s", address, len(r.got), log)
		}
	}
}

func TestToldOnceAndWhenItIsOver(t *testing.T) {
	other := failing
	other.Platform = "lake"
	worse := failing
	worse.Err = errors.New("no answer at all")
	r, _ := bubble(t, signed, nil, func(s *Sender) {
		for _, o := range []Outcome{well, failing, failing, other, failing, worse, worse, well, well, failing} {
			s.Tell(o)
		}
		time.Sleep(25 * time.Hour)
		s.Tell(failing) // it has lasted for a day
		s.Tell(failing)
	})
	var got []string
	for _, body := range r.got {
		var e Event
		if err := json.Unmarshal([]byte(body), &e); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s %s %v over=%t", e.Platform, e.Kind, e.Lines, e.Over))
	}
	want := []string{"snow failure [no <answer>] over=false", "lake failure [no <answer>] over=false", "snow failure [no answer at all] over=false",
		"snow failure [] over=true", "snow failure [no <answer>] over=false", "snow failure [no <answer>] over=false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyWhatWasAskedFor(t *testing.T) {
	target := signed
	target.On = []Kind{Guard}
	r, _ := bubble(t, target, nil, func(s *Sender) {
		s.Tell(failing)
		s.Tell(well)
		s.Tell(Outcome{Platform: "snow", Job: "reconcile", Err: &plan.GuardError{Breaches: []string{"x"}}})
	})
	if len(r.got) != 1 || !strings.Contains(r.got[0], `"event":"guard"`) {
		t.Errorf("%q", r.got)
	}
}

func TestALongQueueDropsTheOldest(t *testing.T) {
	r, log := bubble(t, signed, []int{500}, func(s *Sender) {
		for i := range waiting + 50 {
			s.Tell(Outcome{Platform: "snow", Job: "reconcile", Err: fmt.Errorf("error %d", i)})
		}
		time.Sleep(time.Hour)
	})
	if n := len(r.got); n < waiting || n > waiting+2 || !strings.Contains(r.got[n-1], fmt.Sprintf("error %d", waiting+49)) || !strings.Contains(log, "the oldest were dropped") {
		t.Errorf("%d requests, the last %s", n, r.got[n-1])
	}
}

func TestCloseDoesNotWaitForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := NewSender([]Target{signed}, zerolog.Nop(), time.Now)
		s.client.Transport = &receiver{answers: []int{0, 0, 0, 0, 0, 0}}
		s.Tell(failing)
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s.Close(ctx)
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("closed after %s", took)
		}
	})
}
