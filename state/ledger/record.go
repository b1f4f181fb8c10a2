package ledger

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"
	"time"

	"github.com/polsync/polsync/state"
)

// RecordKind says what a record of the log states.
type RecordKind string

// The kinds of record.
const (
	RecordRun     RecordKind = "run"     // a run began
	RecordEnd     RecordKind = "end"     // a run ended
	RecordLease   RecordKind = "lease"   // a lease was taken
	RecordIntent  RecordKind = "intent"  // a statement is about to be sent
	RecordOutcome RecordKind = "outcome" // what came of it
	RecordSettle  RecordKind = "settle"  // a claim was closed by reading
	RecordLate    RecordKind = "late"    // an answer that came after the lease was lost; it decides nothing
	RecordAdopt   RecordKind = "adopt"
	RecordRelease RecordKind = "release"
	RecordPause   RecordKind = "pause"
	RecordResume  RecordKind = "resume"
	RecordAccept  RecordKind = "accept" // a person accepted a state older than one seen before
	RecordDecide  RecordKind = "decide" // a person approved or rejected findings
	RecordRecall  RecordKind = "recall" // a person withdrew such a decision
)

// Record is one entry of the log. Fields a kind does not use are zero.
type Record struct {
	Seq      int64      `json:"seq"` // from 1, without gaps
	Kind     RecordKind `json:"kind"`
	At       time.Time  `json:"at"`
	Platform string     `json:"platform,omitempty"`
	Run      string     `json:"run,omitempty"`
	Step     int        `json:"step,omitempty"`
	Epoch    int64      `json:"epoch,omitempty"`
	By       string     `json:"by,omitempty"` // who ran, adopted, paused; the holder of a lease
	Command  string     `json:"command,omitempty"`
	Version  string     `json:"version,omitempty"` // of the program
	Base     string     `json:"base,omitempty"`
	Plan     string     `json:"plan,omitempty"` // digest of the plan
	Saved    bool       `json:"saved,omitempty"`

	Statement *Statement `json:"statement,omitempty"`
	Digest    string     `json:"digest,omitempty"` // of the statement
	Changes   []Change   `json:"changes,omitempty"`
	More      bool       `json:"more,omitempty"`

	Intent    int64     `json:"intent,omitempty"` // that an outcome, a settlement or a late answer belongs to
	Status    Status    `json:"status,omitempty"`
	QueryID   string    `json:"query_id,omitempty"`
	Error     string    `json:"error,omitempty"`
	ElapsedMS int64     `json:"elapsed_ms,omitempty"`
	Tries     int       `json:"tries,omitempty"`
	Verdicts  []Verdict `json:"verdicts,omitempty"` // one per change of the intent

	Ours   []Owned     `json:"ours,omitempty"`   // facts that became ours by this record
	Forgot []state.Key `json:"forgot,omitempty"` // facts that are no longer ours
	Reason string      `json:"reason,omitempty"`
	End    *EndCounts  `json:"end,omitempty"`

	Decision *Decision `json:"decision,omitempty"` // made, or withdrawn; its ID is that of the record that made it
}

// EndCounts is how a run ended, in statements.
type EndCounts struct {
	Done    int `json:"done"`
	Failed  int `json:"failed"`
	Unknown int `json:"unknown"`
	Held    int `json:"held"`
}

// RecordFilter narrows records. Zero fields do not narrow.
type RecordFilter struct {
	Platform string
	Run      string
	After    int64 // sequence number
	Limit    int
}

// Digest returns the hex SHA-256 of a statement as it is sent.
func (s Statement) Digest() string {
	h := sha256.New()
	for _, part := range []string{s.SQL, s.Method, s.Path, s.Body} {
		field(h, []byte(part))
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Head names the last record of a log: what must leave the state file after each run, so that an older state is
// recognised. The zero Head is that of an empty log.
type Head struct {
	Seq  int64
	Hash string // hex
}

// String returns "seq:hash", as ParseHead reads it; empty for the zero Head.
func (h Head) String() string {
	if h.Seq == 0 {
		return ""
	}
	return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash
}

// ParseHead reads what String wrote.
func ParseHead(s string) (Head, error) {
	if s == "" {
		return Head{}, nil
	}
	seq, sum, ok := strings.Cut(s, ":")
	n, err := strconv.ParseInt(seq, 10, 64)
	raw, hexErr := hex.DecodeString(sum)
	if !ok || err != nil || n < 1 || hexErr != nil || len(raw) != sha256.Size {
		return Head{}, fmt.Errorf("read a head: %q is not SEQUENCE:HASH", s)
	}
	return Head{Seq: n, Hash: sum}, nil
}

// row is a record as it is stored. The columns beside the body repeat what is looked up and replayed without
// decoding; the hash covers them as well.
type row struct {
	seq      int64
	kind     RecordKind
	platform string
	run      string
	intent   int64
	status   Status
	body     string
	hash     []byte
}

func rowOf(r *Record) (row, error) {
	for _, c := range r.Changes {
		if _, err := name(c.Key); err != nil {
			return row{}, err
		}
	}
	body, err := text(*r)
	return row{r.Seq, r.Kind, r.Platform, r.Run, r.Intent, r.Status, body, nil}, err
}

// sealer links records: by SHA-256, or by HMAC under a key kept elsewhere.
type sealer struct{ key []byte }

// hasher returns a hash to be used again and again, for speed over many records.
func (s sealer) hasher() hash.Hash {
	if len(s.key) == 0 {
		return sha256.New()
	}
	return hmac.New(sha256.New, s.key)
}

// name identifies the way of sealing without giving the key away.
func (s sealer) name() string {
	if len(s.key) == 0 {
		return "sha256"
	}
	h := s.hasher()
	h.Write([]byte("polsync audit key"))
	return "hmac-sha256:" + hex.EncodeToString(h.Sum(nil)[:8])
}

// link returns the hash of a row after prev. Each field goes in behind its length, so that no two rows give the same
// bytes.
func link(h hash.Hash, prev []byte, r *row) []byte {
	h.Reset()
	field(h, prev)
	number(h, r.seq)
	field(h, []byte(r.kind))
	field(h, []byte(r.platform))
	field(h, []byte(r.run))
	number(h, r.intent)
	field(h, []byte(r.status))
	field(h, []byte(r.body))
	return h.Sum(nil)
}

func field(h hash.Hash, b []byte) {
	number(h, int64(len(b)))
	h.Write(b)
}

func number(h hash.Hash, n int64) {
	var buf [8]byte
	binary.BigEndian.PutUint64(buf[:], uint64(n))
	h.Write(buf[:])
}
