package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"
)

// How an event is delivered.
const (
	tries   = 6
	perTry  = 10 * time.Second
	first   = time.Second     // pause before the second try; doubles
	longest = 2 * time.Minute // pause, also where the receiver asks for more
	quiet   = 24 * time.Hour  // after which what still lasts is told again
	waiting = 1000            // events that wait for one webhook; the oldest go first
)

// Target is one webhook. Address and Keys are looked up anew for each event, so that they can be changed while the
// daemon runs.
type Target struct {
	Name    string // for logs; the address is a secret
	Format  string // slack or json
	On      []Kind
	Address func(context.Context) (string, error)
	Keys    []func(context.Context) (string, error) // each signs what is sent; none for no signature
}

// Sender delivers events, to each target in the order they were told. What a target was told, and which still holds, it
// is not told again within a day; when it is over, it is told so.
type Sender struct {
	log    zerolog.Logger
	now    func() time.Time
	client *http.Client
	queues []*queue
	done   sync.WaitGroup
	cancel context.CancelFunc
}

// queue is what waits for one target.
type queue struct {
	Target
	mu     sync.Mutex
	wait   []Event
	told   map[string]notice // what holds, by kind, platform and job
	wake   chan struct{}
	closed bool
}

type notice struct {
	print string
	at    time.Time
}

// NewSender returns a sender that delivers until it is closed.
func NewSender(targets []Target, log zerolog.Logger, now func() time.Time) *Sender {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Sender{log: log, now: now, cancel: cancel, client: &http.Client{Timeout: perTry,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}} // an event goes where it was sent, or nowhere
	for _, t := range targets {
		q := &queue{Target: t, told: map[string]notice{}, wake: make(chan struct{}, 1)}
		s.queues = append(s.queues, q)
		s.done.Go(func() { s.deliver(ctx, q) })
	}
	return s
}

// Tell queues what there is to tell of an outcome. It never waits.
func (s *Sender) Tell(o Outcome) {
	events := Events(o)
	for i := range events {
		events[i].ID = newID()
	}
	for _, q := range s.queues {
		if n := q.add(events, o, s.now()); n > 0 {
			s.log.Warn().Str("webhook", q.Name).Int("events", n).Msg("too many events wait for the webhook; the oldest were dropped")
		}
	}
}

// add queues those events that the target asked for and was not told yet, and what is over. It returns how many were
// dropped.
func (q *queue) add(events []Event, o Outcome, now time.Time) (dropped int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, kind := range []Kind{Guard, Failure, Held} { // what lasts until a run without it
		key := string(kind) + "\x00" + o.Platform + "\x00" + o.Job
		i := slices.IndexFunc(events, func(e Event) bool { return e.Kind == kind })
		last, told := q.told[key]
		switch {
		case i < 0 && told:
			delete(q.told, key)
			q.push(Event{ID: newID(), Kind: kind, Platform: o.Platform, Job: o.Job, At: o.At.UTC(), Summary: "over", Lines: []string{}, Over: true})
		case i >= 0 && q.wants(kind) && (last.print != print(events[i]) || now.Sub(last.at) >= quiet):
			q.told[key] = notice{print(events[i]), now}
			q.push(events[i])
		}
	}
	for _, e := range events {
		if (e.Kind == Change || e.Kind == Drift) && q.wants(e.Kind) {
			q.push(e)
		}
	}
	if n := len(q.wait) - waiting; n > 0 {
		q.wait, dropped = slices.Clone(q.wait[n:]), n
	}
	q.poke()
	return dropped
}

func (q *queue) wants(k Kind) bool { return slices.Contains(q.On, k) }

func (q *queue) push(e Event) { q.wait = append(q.wait, e) }

func (q *queue) poke() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// print is what makes two events of a kind the same: what they say.
func print(e Event) string { return fmt.Sprintf("%s\x00%q\x00%d", e.Summary, e.Lines, e.More) }

// next waits for an event; false once the queue is closed and empty.
func (q *queue) next(ctx context.Context) (Event, bool) {
	for {
		q.mu.Lock()
		if len(q.wait) > 0 {
			e := q.wait[0]
			q.wait = q.wait[1:]
			q.mu.Unlock()
			return e, ctx.Err() == nil
		}
		closed := q.closed
		q.mu.Unlock()
		if closed {
			return Event{}, false
		}
		select {
		case <-ctx.Done():
			return Event{}, false
		case <-q.wake:
		}
	}
}

// Close delivers what waits, until the context ends.
func (s *Sender) Close(ctx context.Context) {
	for _, q := range s.queues {
		q.mu.Lock()
		q.closed = true
		q.mu.Unlock()
		q.poke()
	}
	done := make(chan struct{})
	go func() { s.done.Wait(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
	}
	s.cancel()
	<-done
	s.client.CloseIdleConnections()
}

func (s *Sender) deliver(ctx context.Context, q *queue) {
	for {
		e, ok := q.next(ctx)
		if !ok {
			return
		}
		log := s.log.With().Str("webhook", q.Name).Str("event", string(e.Kind)).Str("id", e.ID).Logger()
		if err := s.send(ctx, q.Target, e); err != nil {
			log.Error().Err(err).Msg("the webhook was not told")
			continue
		}
		log.Debug().Msg("the webhook was told")
	}
}

// send tries to deliver one event until it is taken, refused for good, or tried often enough.
func (s *Sender) send(ctx context.Context, t Target, e Event) error {
	body, err := Body(t.Format, e)
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		again, after, err := s.try(ctx, t, e, n, body)
		if err == nil {
			return nil
		}
		if !again || n == tries {
			return fmt.Errorf("after %d tries: %w", n, err)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("after %d tries: %w", n, err)
		case <-time.After(max(after, pause(n))):
		}
	}
}

// pause is how long to wait after a number of tries: doubling, half of it random.
func pause(n int) time.Duration {
	d := min(first<<(n-1), longest)
	r, err := rand.Int(rand.Reader, big.NewInt(int64(d/2)+1))
	if err != nil {
		return d
	}
	return d/2 + time.Duration(r.Int64())
}

// try sends once. It reports whether another try may help, and how long the receiver asks to wait.
func (s *Sender) try(ctx context.Context, t Target, e Event, n int, body []byte) (again bool, after time.Duration, err error) {
	address, err := t.Address(ctx)
	if err != nil {
		return true, 0, err
	}
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Host == "" || u.Scheme != "https" && !(u.Scheme == "http" && local(u.Hostname())) {
		return false, 0, errors.New("its address is not an https address; http is only for this machine")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(body))
	if err != nil {
		return false, 0, errors.New("its address cannot be used")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "polsync")
	req.Header.Set("X-Polsync-Event", string(e.Kind))
	req.Header.Set("X-Polsync-Event-Id", e.ID)
	req.Header.Set("X-Polsync-Delivery", strconv.Itoa(n))
	if len(t.Keys) > 0 {
		sign, err := signature(ctx, t.Keys, s.now(), body)
		if err != nil {
			return true, 0, err
		}
		req.Header.Set("X-Polsync-Signature", sign)
	}
	res, err := s.client.Do(req)
	if err != nil {
		var at *url.Error // holds the address
		if errors.As(err, &at) {
			err = at.Err
		}
		return true, 0, fmt.Errorf("no answer: %w", err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, 1<<16)) // what it says is of no use; read, so that the connection can be kept
	if res.StatusCode/100 == 2 {
		return false, 0, nil
	}
	again = res.StatusCode == http.StatusTooManyRequests || res.StatusCode == http.StatusRequestTimeout || res.StatusCode >= 500
	if sec, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && sec > 0 {
		after = min(time.Duration(sec)*time.Second, longest)
	}
	return again, after, fmt.Errorf("it answered %d %s", res.StatusCode, http.StatusText(res.StatusCode))
}

// signature is "t=TIME,v1=HMAC" with one v1 for each key: HMAC-SHA256 of the time in Unix seconds, a dot and the body.
// The time is signed too, so that what was overheard is of no use later.
func signature(ctx context.Context, keys []func(context.Context) (string, error), now time.Time, body []byte) (string, error) {
	at := strconv.FormatInt(now.Unix(), 10)
	text := "t=" + at
	for _, k := range keys {
		key, err := k(ctx)
		if err != nil {
			return "", err
		}
		h := hmac.New(sha256.New, []byte(key))
		h.Write([]byte(at + "."))
		h.Write(body)
		text += ",v1=" + hex.EncodeToString(h.Sum(nil))
	}
	return text, nil
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Body is what is sent of an event in a format.
func Body(format string, e Event) ([]byte, error) {
	if format == "json" {
		return json.Marshal(e)
	}
	return json.Marshal(map[string]string{"text": text(e)})
}

var signs = map[Kind]string{Change: "changed", Failure: "FAILED", Held: "held", Drift: "drift", Guard: "STOPPED BY A GUARD"}

// text is an event for people. Slack takes &, < and > for its own marks.
func text(e Event) string {
	var b strings.Builder
	if e.Over {
		fmt.Fprintf(&b, "*%s* %s: no longer %s", e.Platform, e.Job, signs[e.Kind])
	} else {
		fmt.Fprintf(&b, "*%s* %s: %s: %s", e.Platform, e.Job, signs[e.Kind], e.Summary)
	}
	if e.Run != "" {
		fmt.Fprintf(&b, " (run %s)", e.Run)
	}
	for _, l := range e.Lines {
		b.WriteString("\n• " + l)
	}
	if e.More > 0 {
		fmt.Fprintf(&b, "\n• and %d more", e.More)
	}
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(b.String())
}

func newID() string {
	var b [12]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}
