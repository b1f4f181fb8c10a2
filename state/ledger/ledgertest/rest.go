package ledgertest

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

func runs(t *testing.T, b *bench) {
	first := must[string](t)(b.BeginRun(b.ctx, ledger.Run{Platform: snow, Command: "reconcile", By: "ann", Version: "1", Base: "f1", Plan: "p1", Planned: 3}))
	started := b.clock.Now()
	b.clock.Add(time.Minute)
	second := must[string](t)(b.BeginRun(b.ctx, ledger.Run{Platform: snow}))
	given := must[string](t)(b.BeginRun(b.ctx, ledger.Run{Platform: "lake", ID: "nightly-1"}))
	b.same([]string{first, second, given}, []string{"1", "2", "nightly-1"})
	if _, err := b.BeginRun(b.ctx, ledger.Run{Platform: "lake", ID: "nightly-1"}); err == nil {
		t.Fatal("a run's id was taken twice")
	}
	end := ledger.RunEnd{Done: 1, Failed: 1, Unknown: 1, Held: 4, Result: "partly done"}
	b.ok(b.EndRun(b.ctx, snow, first, end))
	b.is(b.EndRun(b.ctx, snow, first, end), ledger.ErrEnded)
	b.is(b.EndRun(b.ctx, snow, "none", end), ledger.ErrNotFound)
	end.Ended = b.clock.Now()
	got := must[[]ledger.Run](t)(b.History(b.ctx, ledger.RunFilter{Platform: snow}))
	b.same(got, []ledger.Run{
		{ID: second, Platform: snow, Started: b.clock.Now()},
		{ID: first, Platform: snow, Command: "reconcile", By: "ann", Version: "1", Base: "f1", Plan: "p1", Planned: 3, Started: started, RunEnd: end},
	})
	for _, c := range []struct {
		f    ledger.RunFilter
		want int
	}{{ledger.RunFilter{}, 3}, {ledger.RunFilter{Limit: 2}, 2}, {ledger.RunFilter{ID: first}, 1}, {ledger.RunFilter{Since: b.clock.Now()}, 2}} {
		b.same(len(must[[]ledger.Run](t)(b.History(b.ctx, c.f))), c.want)
	}
	b.verified()
}

func savedPlanOnce(t *testing.T, b *bench) {
	saved := ledger.Run{Platform: snow, Plan: "p1", Saved: true}
	must[string](t)(b.BeginRun(b.ctx, ledger.Run{Platform: snow, Plan: "p1"})) // not from a file: does not count
	must[string](t)(b.BeginRun(b.ctx, saved))
	_, err := b.another().BeginRun(b.ctx, saved)
	b.is(err, ledger.ErrPlanUsed)
	saved.Platform = "lake"
	must[string](t)(b.BeginRun(b.ctx, saved))
}

func repeats(t *testing.T, b *bench) {
	key := tagged("EMAIL")
	do := func(want state.Value, status ledger.Status, identity string) int {
		run, epoch := b.begin()
		in := set(run, key, nil, want)
		in.Changes[0].Identity = identity
		b.do(epoch, in, status)
		b.do(epoch, in, status) // twice in one run counts once
		b.ok(b.ReleaseLease(b.ctx, snow, epoch))
		b.clock.Add(time.Hour)
		return must[map[state.Key]ledger.Repeat](t)(b.Repeats(b.ctx, snow))[key].Count
	}
	a := state.Text("a")
	b.same(do(a, ledger.StatusFailed, "t1"), 0)
	b.same(do(a, ledger.StatusDone, "t1"), 1)
	first := b.clock.Now().Add(-time.Hour)
	b.same(do(a, ledger.StatusDone, "t1"), 2)
	b.same(do(a, ledger.StatusDone, "t1"), 3)
	r := must[map[state.Key]ledger.Repeat](t)(b.Repeats(b.ctx, snow))[key]
	for want, change := range map[bool]ledger.Change{true: {Key: key, Want: a, Identity: "t1"}, false: {Key: key, Want: state.Text("b"), Identity: "t1"}} {
		b.same(must[bool](t)(r.Of(change)), want)
	}
	r.Digest = ""
	b.same(r, ledger.Repeat{Count: 3, Run: "4", First: first, Last: first.Add(2 * time.Hour)})
	b.same(do(a, ledger.StatusDone, "t2"), 1) // re-created: another change
	b.same(do(state.Text("z"), ledger.StatusDone, "t2"), 1)
	b.same(do(state.Text("z"), ledger.StatusDone, "t2"), 2)
	must[string](t)(b.BeginRun(b.ctx, ledger.Run{Platform: "lake"})) // another platform's run is not between
	b.same(do(state.Text("z"), ledger.StatusDone, "t2"), 3)
	must[string](t)(b.BeginRun(b.ctx, ledger.Run{Platform: snow})) // a run without the change is
	b.same(must[map[state.Key]ledger.Repeat](t)(b.Repeats(b.ctx, snow))[key].Count, 3)
	b.same(do(state.Text("z"), ledger.StatusDone, "t2"), 1)
	b.ok(b.ClearRepeats(b.ctx, snow, []state.Key{tagged("PHONE")}))
	b.same(len(must[map[state.Key]ledger.Repeat](t)(b.Repeats(b.ctx, snow))), 1)
	b.ok(b.ClearRepeats(b.ctx, snow, nil))
	b.same(len(must[map[state.Key]ledger.Repeat](t)(b.Repeats(b.ctx, snow))), 0)
}

func lately(t *testing.T, b *bench) {
	did := func(name string, want state.Value, status ledger.Status, more bool) ledger.Lately {
		run, epoch := b.begin()
		in := set(run, tagged(name), state.Text("was"), want)
		in.More = more
		at := b.clock.Now()
		b.do(epoch, in, status)
		b.ok(b.ReleaseLease(b.ctx, snow, epoch))
		b.clock.Add(time.Hour)
		return ledger.Lately{Key: tagged(name), Want: want, At: at}
	}
	did("OLD", state.Text("a"), ledger.StatusDone, false)
	since := b.clock.Now()
	first := did("A", state.Text("a"), ledger.StatusDone, false)
	did("FAILED", state.Text("a"), ledger.StatusFailed, false)
	did("HALF", state.Text("a"), ledger.StatusDone, true) // statements for the same change follow
	second := did("A", nil, ledger.StatusDone, false)
	settled := func(name string, verdict ledger.Verdict) ledger.Lately {
		run, epoch := b.begin()
		at := b.clock.Now()
		id := b.do(epoch, set(run, tagged(name), state.Text("was"), state.Text("a")), ledger.StatusUnknown)
		b.ok(b.Settle(b.ctx, id, epoch, []ledger.Verdict{verdict}))
		b.ok(b.ReleaseLease(b.ctx, snow, epoch))
		b.clock.Add(time.Minute)
		return ledger.Lately{Key: tagged(name), Want: state.Text("a"), At: at}
	}
	third := settled("UNANSWERED", ledger.WasDone)
	settled("UNDONE", ledger.WasNotDone)
	b.same(must[[]ledger.Lately](t)(b.Lately(b.ctx, snow, since)), []ledger.Lately{first, second, third})
	b.same(len(must[[]ledger.Lately](t)(b.Lately(b.ctx, "lake", since))), 0)
}

func refused(t *testing.T, b *bench) {
	b.ok(b.SetRefused(b.ctx, snow, "7", []ledger.Refused{{Key: tagged("Z"), Reason: "gone"}, {Key: tagged("A"), Reason: "denied"}}))
	b.ok(b.SetRefused(b.ctx, "lake", "8", []ledger.Refused{{Key: tagged("B"), Reason: "denied"}}))
	now := b.clock.Now()
	b.same(must[[]ledger.Refused](t)(b.Refused(b.ctx, snow)), []ledger.Refused{
		{Key: tagged("A"), Reason: "denied", Run: "7", At: now}, {Key: tagged("Z"), Reason: "gone", Run: "7", At: now}})
	b.ok(b.SetRefused(b.ctx, snow, "9", nil))
	b.same(len(must[[]ledger.Refused](t)(b.Refused(b.ctx, snow))), 0)
	b.same(len(must[[]ledger.Refused](t)(b.Refused(b.ctx, "lake"))), 1)
}

func pin(t *testing.T, b *bench) {
	b.same(must[string](t)(b.Pin(b.ctx, snow, "")), "")
	b.same(must[string](t)(b.Pin(b.ctx, snow, "ORG-ACCT1")), "ORG-ACCT1")
	b.same(must[string](t)(b.another().Pin(b.ctx, snow, "ORG-ACCT2")), "ORG-ACCT1")
	b.same(must[string](t)(b.Pin(b.ctx, "lake", "m1")), "m1")
}

func load(t *testing.T, b *bench) {
	_, ok, err := b.LastLoad(b.ctx, "policies")
	b.ok(err)
	b.same(ok, false)
	want := ledger.Load{Source: "policies", Digest: "d1", Count: 12, Content: []byte("a: b\n"), At: b.clock.Now()}
	b.ok(b.PutLoad(b.ctx, want))
	b.clock.Add(time.Hour)
	b.ok(b.PutLoad(b.ctx, ledger.Load{Source: "policies", Digest: "d1", Count: 12}))
	got, ok, err := b.LastLoad(b.ctx, "policies")
	b.ok(err)
	b.same(ok, true)
	b.same(got, want) // unchanged: not written again
	b.ok(b.PutLoad(b.ctx, ledger.Load{Source: "policies", Digest: "d2", Count: 3}))
	got, _, err = b.LastLoad(b.ctx, "policies")
	b.ok(err)
	b.same([]any{got.Digest, got.Count, got.At}, []any{"d2", 3, b.clock.Now()})
}

func findings(t *testing.T, b *bench) {
	find := func(col, classifier string, score float64) state.Finding {
		return state.Finding{Column: column(col), Classifier: classifier, Score: score, Rows: 100, Matched: 93, Evidence: []string{"name"}}
	}
	how := state.Explanation{Values: 100, Distinct: 90, Cases: []state.Case{{Classifier: "email", Version: 1, Score: 0.93, Weight: 2.5, Evidence: []string{"93 of 100 values have the form of email"}}}}
	look := func(col string) ledger.Look {
		return ledger.Look{Column: column(col), Digest: "x1", How: "pushdown", Explanation: how}
	}
	b.ok(b.PutFindings(b.ctx, ledger.ScanResult{Platform: snow, Scan: "crm", Rules: "v1", Looks: []ledger.Look{look("EMAIL"), look("PHONE")},
		Findings: []state.Finding{find("PHONE", "phone", 0.9), find("EMAIL", "email", 0.93), find("EMAIL", "name", 0.4)}}))
	b.clock.Add(time.Hour)
	b.ok(b.PutFindings(b.ctx, ledger.ScanResult{Platform: snow, Scan: "hr", Rules: "v1", Looks: []ledger.Look{look("EMAIL")},
		Findings: []state.Finding{find("EMAIL", "email", 0.5)}}))
	names := func(f ledger.FindingFilter) string {
		var s []string
		for _, f := range must[[]state.Finding](t)(b.Findings(b.ctx, f)) {
			s = append(s, f.Column.Column+"/"+f.Scan+"/"+f.Classifier+"/"+f.Rules)
		}
		return strings.Join(s, " ")
	}
	b.same(names(ledger.FindingFilter{Platform: snow}), "EMAIL/crm/email/v1 EMAIL/crm/name/v1 EMAIL/hr/email/v1 PHONE/crm/phone/v1")
	b.same(names(ledger.FindingFilter{MinScore: 0.93}), "EMAIL/crm/email/v1")
	b.same(names(ledger.FindingFilter{Within: column("PHONE")}), "PHONE/crm/phone/v1")
	b.same(names(ledger.FindingFilter{Scan: "crm", Classifier: "name"}), "EMAIL/crm/name/v1")
	b.same(names(ledger.FindingFilter{Platform: "lake"}), "")

	// A scan cut short after EMAIL withdraws nothing of PHONE, nor of another scan.
	b.ok(b.PutFindings(b.ctx, ledger.ScanResult{Platform: snow, Scan: "crm", Rules: "v2", Looks: []ledger.Look{{Column: column("EMAIL"), Digest: "x2", How: "names"}}}))
	b.same(names(ledger.FindingFilter{}), "EMAIL/hr/email/v1 PHONE/crm/phone/v1")
	now := b.clock.Now()
	b.same(must[map[state.Securable]ledger.Look](t)(b.Looks(b.ctx, snow, "crm")), map[state.Securable]ledger.Look{
		column("EMAIL"): {Column: column("EMAIL"), Digest: "x2", Rules: "v2", How: "names", At: now},
		column("PHONE"): {Column: column("PHONE"), Digest: "x1", Rules: "v1", How: "pushdown", At: now.Add(-time.Hour)}})
	b.same(len(must[map[state.Securable]ledger.Look](t)(b.Looks(b.ctx, "lake", "crm"))), 0)
	explained := must[[]ledger.Explained](t)(b.Explained(b.ctx, snow, column("EMAIL")))
	b.same([]any{len(explained), explained[0].Scan, explained[0].Rules, explained[1].Scan, explained[1].Explanation}, []any{2, "crm", "v2", "hr", how})
	history := must[[]ledger.RulesVersion](t)(b.RulesHistory(b.ctx, snow))
	b.same(len(history), 3)
	b.same(history[2], ledger.RulesVersion{Scan: "crm", Rules: "v1", First: b.clock.Now().Add(-time.Hour), Last: b.clock.Now().Add(-time.Hour)})

	// What is gone is forgotten for all scans of its platform, and nothing else.
	forget := func(platform, gone string) int {
		return must[int](t)(b.ForgetFindings(b.ctx, platform, func(c state.Securable) bool { return c.Column == gone }))
	}
	b.same([]int{forget(snow, "NONE"), forget("lake", "EMAIL"), forget(snow, "EMAIL"), forget(snow, "EMAIL")}, []int{0, 0, 1, 0})
	b.same(names(ledger.FindingFilter{}), "PHONE/crm/phone/v1")
	b.same(len(must[[]ledger.Explained](t)(b.Explained(b.ctx, snow, column("EMAIL")))), 0)
	b.same(len(must[[]ledger.Explained](t)(b.Explained(b.ctx, snow, column("PHONE")))), 1)

	if err := b.PutFindings(b.ctx, ledger.ScanResult{Platform: snow, Scan: "crm", Findings: []state.Finding{find("X", "email", 1)}}); err == nil {
		t.Fatal("a finding on a column that was not looked at was accepted")
	}
}

func decisions(t *testing.T, b *bench) {
	decide := func(d ledger.Decision) ledger.Decision {
		return must[[]ledger.Decision](t)(b.Decide(b.ctx, []ledger.Decision{d}))[0]
	}
	list := func(platform string) []ledger.Decision { return must[[]ledger.Decision](t)(b.Decided(b.ctx, platform)) }
	b.same(len(list("")), 0)
	email := ledger.Decision{Platform: snow, Ruling: state.Approved, On: column("EMAIL"), Classifier: "email", Reason: "DPO-1", By: "ann"}
	first := decide(email)
	b.same([]any{first.ID > 0, first.At}, []any{true, b.clock.Now()})
	b.clock.Add(time.Hour)
	glob := decide(ledger.Decision{Platform: "lake", Ruling: state.Rejected, Pattern: "lake:main.*.*.url", By: "bob"})
	b.same(list(""), []ledger.Decision{first, glob})
	b.same(list("lake"), []ledger.Decision{glob})

	// A second decision about the same takes the place of the first; one of another classifier stands beside it.
	email.Ruling, email.By = state.Rejected, "cy"
	second := decide(email)
	any := decide(ledger.Decision{Platform: snow, Ruling: state.Approved, On: column("EMAIL"), By: "ann"})
	b.same(list(snow), []ledger.Decision{second, any})
	b.verified()

	if _, err := b.Recall(b.ctx, first.ID, "ann"); !errors.Is(err, ledger.ErrNotFound) {
		t.Fatalf("a decision that another took the place of was withdrawn: %v", err)
	}
	b.same(must[ledger.Decision](t)(b.Recall(b.ctx, second.ID, "ann")), second)
	b.is(recall(b, second.ID), ledger.ErrNotFound)
	b.same(must[[]ledger.Decision](t)(b.another().Decided(b.ctx, snow)), []ledger.Decision{any})
	b.verified()

	var kinds []ledger.RecordKind
	for _, r := range must[[]ledger.Record](t)(b.Records(b.ctx, ledger.RecordFilter{})) {
		kinds = append(kinds, r.Kind)
	}
	b.same(kinds, []ledger.RecordKind{ledger.RecordDecide, ledger.RecordDecide, ledger.RecordDecide, ledger.RecordDecide, ledger.RecordRecall})
	refusedDecisions(t, b)
}

func scanRuns(t *testing.T, b *bench) {
	begin := func(rules string, age time.Duration) ledger.ScanRun {
		return must[ledger.ScanRun](t)(b.BeginScan(b.ctx, snow, "crm", rules, b.clock.Now().Add(-age)))
	}
	b.is(b.PutScan(b.ctx, ledger.ScanRun{Platform: snow, Scan: "crm"}), ledger.ErrNotFound)
	first := begin("v1", time.Hour)
	b.same(first, ledger.ScanRun{Platform: snow, Scan: "crm", Rules: "v1", Started: b.clock.Now()})
	first.Columns, first.Stopped = 7, "the budget"
	b.ok(b.PutScan(b.ctx, first))
	b.clock.Add(time.Minute)
	again := begin("v1", time.Hour) // goes on
	b.same(again.Resumed, true)
	again.Resumed = false
	b.same(again, first)
	b.same(must[[]ledger.ScanRun](t)(b.ScanRuns(b.ctx, snow)), []ledger.ScanRun{first})
	b.same(begin("v2", time.Hour).Started, b.clock.Now()) // other rules: anew
	b.clock.Add(2 * time.Hour)
	third := begin("v2", time.Hour) // too old to go on with
	b.same(third.Started, b.clock.Now())
	third.Ended = b.clock.Now()
	b.ok(b.PutScan(b.ctx, third))
	b.clock.Add(time.Minute)
	b.same(begin("v2", time.Hour).Started, b.clock.Now()) // the last one ended
	b.same(len(must[[]ledger.ScanRun](t)(b.ScanRuns(b.ctx, "lake"))), 0)
}

func recall(b *bench, id int64) error {
	_, err := b.Recall(b.ctx, id, "ann")
	return err
}

// refusedDecisions expects that of decisions given together none is kept where one is not sound.
func refusedDecisions(t *testing.T, b *bench) {
	before := must[[]ledger.Decision](t)(b.Decided(b.ctx, ""))
	good := ledger.Decision{Platform: snow, Ruling: state.Approved, On: column("PHONE")}
	for _, change := range []func(*ledger.Decision){
		func(d *ledger.Decision) { d.Platform = "" },
		func(d *ledger.Decision) { d.Ruling = "perhaps" },
		func(d *ledger.Decision) { d.On = state.Securable{} },
		func(d *ledger.Decision) { d.Pattern = "snow:*.*.*.PHONE" },
		func(d *ledger.Decision) {
			d.On = state.Securable{Kind: state.KindSchema, Catalog: "CRM", Schema: "PUBLIC"}
		},
	} {
		bad := good
		change(&bad)
		if _, err := b.Decide(b.ctx, []ledger.Decision{good, bad}); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	b.same(must[[]ledger.Decision](t)(b.Decided(b.ctx, "")), before)
}

func tagValues(t *testing.T, b *bench) {
	put := func(values ...ledger.TagCount) ledger.TagDelta {
		return must[ledger.TagDelta](t)(b.PutTagValues(b.ctx, snow, pii, values))
	}
	start := b.clock.Now()
	b.same(put(ledger.TagCount{Value: "ssn", Count: 1}, ledger.TagCount{Value: "email", Count: 2}), ledger.TagDelta{Added: []string{"email", "ssn"}})
	b.clock.Add(time.Hour)
	b.same(put(ledger.TagCount{Value: "email", Count: 5}, ledger.TagCount{Value: "phone", Count: 1}),
		ledger.TagDelta{Added: []string{"phone"}, Removed: []string{"ssn"}})
	now := b.clock.Now()
	b.same(must[[]ledger.TagValues](t)(b.TagValues(b.ctx, snow)), []ledger.TagValues{{Tag: pii, Refreshed: now, Values: []ledger.TagValue{
		{Value: "email", Count: 5, First: start, Last: now}, {Value: "phone", Count: 1, First: now, Last: now}, {Value: "ssn", First: start, Last: start}}}})
	b.clock.Add(time.Hour)
	b.same(put(ledger.TagCount{Value: "ssn", Count: 1}), ledger.TagDelta{Added: []string{"ssn"}, Removed: []string{"email", "phone"}})
	b.same(put(ledger.TagCount{Value: "ssn", Count: 1}), ledger.TagDelta{})
	empty := state.Securable{Kind: state.KindTag, Name: "empty"}
	must[ledger.TagDelta](t)(b.PutTagValues(b.ctx, snow, empty, nil))
	all := must[[]ledger.TagValues](t)(b.TagValues(b.ctx, snow))
	b.same(len(all), 2)
	b.same(len(must[[]ledger.TagValues](t)(b.TagValues(b.ctx, "lake"))), 0)
}

// history writes a bit of everything that is chained.
func (b *bench) history() {
	run, epoch := b.begin()
	b.do(epoch, set(run, tagged("EMAIL"), nil, state.Text("email")), ledger.StatusDone)
	id := b.do(epoch, set(run, tagged("PHONE"), nil, state.Text("phone")), ledger.StatusUnknown)
	b.ok(b.Settle(b.ctx, id, epoch, []ledger.Verdict{ledger.Differs}))
	b.do(epoch, set(run, tagged("FAX"), nil, state.Text("fax")), ledger.StatusFailed)
	b.ok(b.Adopt(b.ctx, snow, []ledger.Owned{{Key: tagged("SSN"), Value: state.Text("ssn")}}, "ann"))
	b.ok(b.Release(b.ctx, snow, []state.Key{tagged("SSN")}, "ann"))
	b.ok(b.Pause(b.ctx, snow, "ann", ""))
	b.ok(b.Resume(b.ctx, snow, "ann"))
	b.ok(b.EndRun(b.ctx, snow, run, ledger.RunEnd{Done: 1}))
	b.ok(b.ReleaseLease(b.ctx, snow, epoch))
}

func chain(t *testing.T, b *bench) {
	b.same(b.verified(), ledger.Head{})
	b.history()
	head := b.verified()
	b.same(must[ledger.Head](t)(b.Head(b.ctx)), head)
	var out bytes.Buffer
	b.same(must[ledger.Head](t)(b.Export(b.ctx, &out, 0)), head)
	lines := bytes.SplitAfter(bytes.TrimSpace(out.Bytes()), []byte("\n"))
	b.same(int64(len(lines)), head.Seq)
	var tail bytes.Buffer
	must[ledger.Head](t)(b.Export(b.ctx, &tail, head.Seq-2))
	b.same(bytes.HasSuffix(out.Bytes(), tail.Bytes()) && bytes.Count(tail.Bytes(), []byte("\n")) == 2, true)
}

func heads(t *testing.T, b *bench) {
	b.history()
	old := b.verified()
	b.history()
	now := b.verified()
	for _, h := range []ledger.Head{{}, old, now} {
		b.ok(b.CheckHead(b.ctx, h))
		b.same(must[ledger.Head](t)(b.Verify(b.ctx, h)), now)
		b.same(must[ledger.Head](t)(ledger.ParseHead(h.String())), h)
	}
	lost := ledger.Head{Seq: now.Seq + 1, Hash: now.Hash}
	forked := ledger.Head{Seq: old.Seq, Hash: now.Hash}
	for _, h := range []ledger.Head{lost, forked} {
		var e *ledger.HistoryError
		if err := b.CheckHead(b.ctx, h); !errors.As(err, &e) || e.Remembered != h || e.Forked != (h == forked) {
			t.Fatalf("check of %s: %v", h, err)
		}
		if _, err := b.Verify(b.ctx, h); !errors.As(err, &e) || e.Forked != (h == forked) {
			t.Fatalf("verify with %s: %v", h, err)
		}
	}
	b.ok(b.AcceptHead(b.ctx, lost, "ann"))
	b.same(b.verified().Seq, now.Seq+1)
}

func records(t *testing.T, b *bench) {
	b.history()
	all := must[[]ledger.Record](t)(b.Records(b.ctx, ledger.RecordFilter{}))
	for i, r := range all {
		b.same(r.Seq, int64(i+1))
		if r.At.IsZero() {
			t.Errorf("record %d has no time", r.Seq)
		}
	}
	intent := all[2]
	b.same([]any{intent.Kind, intent.By, intent.Version, intent.Plan, intent.Epoch, intent.Run, intent.Changes[0].Origin.File, intent.Digest},
		[]any{ledger.RecordIntent, "ann@host", "1.2.3", "p1", int64(1), "1", origin.File, ledger.Statement{SQL: "ALTER TABLE ..."}.Digest()})
	outcome := all[3]
	b.same([]any{outcome.Kind, outcome.Intent, outcome.Status, outcome.QueryID, outcome.ElapsedMS},
		[]any{ledger.RecordOutcome, intent.Seq, ledger.StatusDone, "q1", int64(1000)})
	b.same(len(must[[]ledger.Record](t)(b.Records(b.ctx, ledger.RecordFilter{After: 2, Limit: 3}))), 3)
	b.same(len(must[[]ledger.Record](t)(b.Records(b.ctx, ledger.RecordFilter{Platform: "lake"}))), 0)
}
