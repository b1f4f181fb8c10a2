package schedule

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/robfig/cron/v3"
)

var errDown = errors.New("connection refused")

// diary notes what runs when, in minutes and seconds since the start.
type diary struct {
	mu    sync.Mutex
	start time.Time
	lines []string
}

func (d *diary) add(format string, args ...any) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at := time.Since(d.start).Round(time.Second)
	d.lines = append(d.lines, fmt.Sprintf("%02d:%02d ", int(at.Minutes()), int(at.Seconds())%60)+fmt.Sprintf(format, args...))
}

func at(t *testing.T, line string) cron.Schedule {
	t.Helper()
	s, err := cron.ParseStandard(line)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// takes returns the work of a job that takes a while and then ends with what errs says, call by call; nil after them.
func (d *diary) takes(name string, long time.Duration, errs ...error) func(context.Context) error {
	n := 0
	return func(ctx context.Context) error {
		d.add("%s", name)
		select {
		case <-time.After(long):
		case <-ctx.Done():
			d.add("%s told to stop", name)
			return ctx.Err()
		}
		n++
		if n <= len(errs) {
			return errs[n-1]
		}
		return nil
	}
}

// runFor runs a scheduler for a while of the bubble's time, which begins at midnight UTC.
func runFor(long time.Duration, jobs []Job, o Options) *Scheduler {
	ctx, cancel := context.WithCancel(context.Background())
	s := New(jobs, o)
	done := make(chan struct{})
	go func() { s.Run(ctx); close(done) }()
	time.Sleep(long)
	cancel()
	<-done
	return s
}

func TestSchedules(t *testing.T) {
	down := func(err error) bool { return errors.Is(err, errDown) }
	cases := []struct {
		name string
		long time.Duration
		jobs func(*testing.T, *diary) []Job
		o    Options
		want []string
	}{
		{"by their expressions, and at the start where asked", 11 * time.Minute, func(t *testing.T, d *diary) []Job {
			return []Job{{Name: "a", Platform: "p", When: at(t, "*/5 * * * *"), AtStart: true, Run: d.takes("a", time.Second)},
				{Name: "b", Platform: "q", When: at(t, "*/10 * * * *"), Run: d.takes("b", time.Second)}}
		}, Options{}, []string{"00:00 a", "05:00 a", "10:00 a", "10:00 b"}},

		{"a lane runs one at a time, what came due meanwhile once, in the order given", 10*time.Minute + 30*time.Second, func(t *testing.T, d *diary) []Job {
			return []Job{{Name: "slow", Platform: "p", When: at(t, "1,2,3,4 * * * *"), Run: d.takes("slow", 200*time.Second)},
				{Name: "b", Platform: "p", When: at(t, "2 * * * *"), Run: d.takes("b", time.Second)}}
		}, Options{}, []string{"01:00 slow", "04:20 slow", "07:40 b"}},

		{"lanes run side by side", 3 * time.Minute, func(t *testing.T, d *diary) []Job {
			return []Job{{Name: "scan", Platform: "p", Lane: "read", When: at(t, "1 * * * *"), Run: d.takes("scan", time.Hour)},
				{Name: "write", Platform: "p", Lane: "write", When: at(t, "2 * * * *"), Run: d.takes("write", time.Second)}}
		}, Options{}, []string{"01:00 scan", "02:00 write", "03:00 scan told to stop"}},

		{"what another run did besides is not done again", 5*time.Minute + 30*time.Second, func(t *testing.T, d *diary) []Job {
			return []Job{{Name: "all", Platform: "p", When: at(t, "2 * * * *"), Covers: []string{"part"}, Run: d.takes("all", 90*time.Second)},
				{Name: "part", Platform: "p", When: at(t, "* * * * *"), Run: d.takes("part", time.Second)}}
		}, Options{}, []string{"01:00 part", "02:00 all", "04:00 part", "05:00 part"}},

		{"a failing platform is tried again after pauses that double, left alone meanwhile, and holds back no other", 21 * time.Minute, func(t *testing.T, d *diary) []Job {
			return []Job{{Name: "a", Platform: "p", When: at(t, "0 * * * *"), AtStart: true, Run: d.takes("a", 0, errDown, errDown, errDown, errDown)},
				{Name: "b", Platform: "p", When: at(t, "*/2 * * * *"), Run: d.takes("b", 0)},
				{Name: "c", Platform: "q", When: at(t, "5 * * * *"), Run: d.takes("c", 0)}}
		}, Options{Unreachable: down, FirstPause: 2 * time.Minute, MaxPause: 6 * time.Minute, Open: 1},
			[]string{"00:00 a", "02:00 a", "05:00 c", "06:00 a", "12:00 a", "18:00 a", "18:00 b", "20:00 b"}},

		{"jobs that meet one failure together count it once", 6 * time.Minute, func(t *testing.T, d *diary) []Job {
			return []Job{{Name: "a", Platform: "p", When: at(t, "@daily"), AtStart: true, Run: d.takes("a", 0, errDown)},
				{Name: "b", Platform: "p", When: at(t, "@daily"), AtStart: true, Run: d.takes("b", 0, errDown)},
				{Name: "c", Platform: "p", When: at(t, "1 * * * *"), Run: d.takes("c", 0)}}
		}, Options{Unreachable: down, FirstPause: 5 * time.Minute, Open: 2}, []string{"00:00 a", "00:00 b", "01:00 c", "05:00 a", "05:00 b"}},

		{"other failures wait for their schedule", 5 * time.Minute, func(t *testing.T, d *diary) []Job {
			return []Job{{Name: "a", Platform: "p", When: at(t, "1,4 * * * *"), Run: d.takes("a", 0, errors.New("a guard refused it"))}}
		}, Options{Unreachable: down}, []string{"01:00 a", "04:00 a"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &diary{start: time.Now()}
				c.o.spread = func(time.Duration) time.Duration { return 0 }
				runFor(c.long, c.jobs(t, d), c.o)
				slices.Sort(d.lines) // lanes are not in step
				if diff := cmp.Diff(c.want, d.lines); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

// wall is a clock that can be set, in a bubble whose own time only goes forward.
type wall struct {
	mu  sync.Mutex
	off time.Duration
}

func (w *wall) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return time.Now().Add(w.off)
}

func (w *wall) set(by time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.off += by
}

func TestClockThatIsSet(t *testing.T) {
	cases := []struct {
		name string
		by   time.Duration // after 90 minutes
		want []string      // by time that really passed
	}{
		{"a machine that slept runs what it missed once", 7 * time.Hour, []string{"60:00 a", "90:15 a", "120:00 a"}},
		{"a clock set back does not stop the schedule", -5 * time.Hour, []string{"60:00 a", "120:00 a"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, w := &diary{start: time.Now()}, &wall{}
				go func() { time.Sleep(90*time.Minute + time.Second); w.set(c.by) }()
				runFor(130*time.Minute, []Job{{Name: "a", Platform: "p", When: at(t, "0 * * * *"), Run: d.takes("a", 0)}}, Options{Now: w.now})
				if diff := cmp.Diff(c.want, d.lines); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestClocksInAZone(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skip("this machine has no time zones")
	}
	synctest.Test(t, func(t *testing.T) {
		w := &wall{}
		w.set(time.Until(time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC))) // the day before clocks go forward there
		var at2, at3 []string
		note := func(all *[]string) func(context.Context) error {
			return func(context.Context) error {
				*all = append(*all, w.now().Round(time.Minute).UTC().Format("02 15:04"))
				return nil
			}
		}
		runFor(48*time.Hour, []Job{{Name: "a", Platform: "p", When: at(t, "30 2 * * *"), Run: note(&at2)}, {Name: "b", Platform: "p", When: at(t, "30 3 * * *"), Run: note(&at3)}},
			Options{Now: w.now, Location: berlin})
		if diff := cmp.Diff([]string{"29 01:30", "30 01:30"}, at3); diff != "" {
			t.Errorf("3:30: %s", diff)
		}
		if diff := cmp.Diff([]string{"30 00:30"}, at2); diff != "" {
			t.Errorf("2:30 is not there on the 29th: %s", diff)
		}
	})
}

func TestTrigger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		s := New([]Job{{Name: "a", Platform: "p", Run: d.takes("a", 10*time.Second, errDown)}}, Options{Open: 1, Unreachable: func(err error) bool { return errors.Is(err, errDown) }})
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()
		ask := func() {
			if err := s.Trigger("p", "a"); err != nil {
				t.Error(err)
			}
		}
		time.Sleep(time.Second)
		ask()
		ask()
		time.Sleep(5 * time.Second)
		ask() // while it runs: once more afterwards, though its platform has failed
		ask()
		if got := s.Status()[0]; !got.Running || !got.Queued || !got.Ended.IsZero() {
			t.Errorf("while it runs: %+v", got)
		}
		if err := s.Trigger("p", "b"); !errors.Is(err, ErrNoJob) {
			t.Errorf("a job that is not there: %v", err)
		}
		time.Sleep(6 * time.Second) // the first has ended
		if got := s.Status()[0]; !errors.Is(got.Err, errDown) || got.Failures != 1 || got.Until.IsZero() || !got.Running {
			t.Errorf("after a failure: %+v", got)
		}
		time.Sleep(time.Minute)
		if got := s.Status()[0]; got.Err != nil || got.Failures != 0 || !got.Until.IsZero() || got.Running {
			t.Errorf("after it worked again: %+v", got)
		}
		cancel()
		<-done
		if err := s.Trigger("p", "a"); !errors.Is(err, ErrStopped) {
			t.Errorf("after the end: %v", err)
		}
		if diff := cmp.Diff([]string{"00:01 a", "00:11 a"}, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		down := d.takes("", time.Second, errDown, errDown)
		runFor(10*time.Minute+30*time.Second, []Job{{Name: "a", Platform: "p", When: at(t, "*/2 * * * *"), Run: func(ctx context.Context) error { return down(ctx) }}},
			Options{Open: 2, FirstPause: time.Minute, Unreachable: func(err error) bool { return err != nil }, spread: func(time.Duration) time.Duration { return 0 },
				Observe: func(e Event) {
					d.add("%s late=%s failures=%d until=%t err=%t took=%s", e.Kind, e.Late.Round(time.Second), e.Failures, !e.Until.IsZero(), e.Err != nil, e.Took.Round(time.Second))
				}})
		want := []string{
			"02:00 began late=0s failures=0 until=false err=false took=0s",
			"02:00 ", "02:01 ended late=0s failures=1 until=true err=true took=1s",
			"03:01 began late=0s failures=0 until=false err=false took=0s",
			"03:01 ", "03:02 ended late=0s failures=2 until=true err=true took=1s",
			"04:00 waits late=0s failures=2 until=true err=false took=0s",
			"05:02 began late=0s failures=0 until=false err=false took=0s",
			"05:02 ", "05:03 ended late=0s failures=0 until=false err=false took=1s",
			"05:03 closed late=0s failures=0 until=false err=false took=0s",
			"06:00 began late=0s failures=0 until=false err=false took=0s",
		}
		if diff := cmp.Diff(want, d.lines[:min(len(want), len(d.lines))]); diff != "" {
			t.Error(diff)
		}
	})
}

func TestJitterIsEvenAndKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		var jobs []Job
		for i := range 20 {
			name := fmt.Sprintf("%02d", i)
			jobs = append(jobs, Job{Name: "a", Platform: name, When: at(t, "0 * * * *"), Jitter: 10 * time.Minute, Run: d.takes(name, 0)})
		}
		runFor(190*time.Minute, jobs, Options{Seed: "here"})
		first := map[string]int{}
		count := map[string]int{}
		times := map[int]bool{}
		for _, l := range d.lines {
			var m, sec int
			var name string
			if _, err := fmt.Sscanf(l, "%d:%d %s", &m, &sec, &name); err != nil {
				t.Fatal(err)
			}
			after := (m*60 + sec) % 3600
			if was, ok := first[name]; ok && was != after {
				t.Errorf("%s ran %d s after the hour, then %d s", name, was, after)
			}
			first[name] = after
			count[name]++
			times[after] = true
			if after > 600 {
				t.Errorf("%s ran %d s after the hour", name, after)
			}
		}
		for i := range 20 {
			if n := count[fmt.Sprintf("%02d", i)]; n != 4 {
				t.Errorf("%02d ran %d times", i, n)
			}
		}
		if len(times) < 15 {
			t.Errorf("20 platforms begin at %d different times", len(times))
		}
	})
}

func TestTwoJobsOfOneName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	New([]Job{{Name: "a", Platform: "p"}, {Name: "a", Platform: "p", Lane: "other"}}, Options{})
}

func TestWhatWaitedRunsOnceThePlatformWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		ctx, cancel := context.WithCancel(t.Context())
		s := New([]Job{{Name: "a", Platform: "p", When: at(t, "1 * * * *"), Run: d.takes("a", 0, errDown)}, {Name: "b", Platform: "p", Lane: "other", When: at(t, "2 * * * *"), Run: d.takes("b", 0)}},
			Options{Open: 1, FirstPause: 20 * time.Minute, Unreachable: func(err error) bool { return errors.Is(err, errDown) }})
		done := make(chan struct{})
		go func() { s.Run(ctx); close(done) }()
		time.Sleep(5 * time.Minute)
		if err := s.Trigger("p", "a"); err != nil {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		cancel()
		<-done
		if diff := cmp.Diff([]string{"01:00 a", "05:00 a", "05:00 b"}, d.lines); diff != "" {
			t.Error(diff)
		}
	})
}

func TestStoppingIsNoFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		s := runFor(time.Minute, []Job{{Name: "a", Platform: "p", AtStart: true, Run: d.takes("a", time.Hour)}}, Options{Unreachable: func(err error) bool { return err != nil }})
		if got := s.Status()[0]; got.Failures != 0 || got.Running {
			t.Errorf("%+v", got)
		}
	})
}

// A reading of the clock that never goes back would hide that the wall clock was set back, and all would wait for as long.
func TestOnlyTheWallClockCounts(t *testing.T) {
	for _, now := range []func() time.Time{nil, time.Now} {
		if got := New(nil, Options{Now: now}).o.Now(); got != got.Round(0) {
			t.Errorf("%s has more than the wall clock", got)
		}
	}
}

// A job that asks its platform nothing must not make pauses begin anew.
func TestIdleSaysNothingOfThePlatform(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{start: time.Now()}
		errs := slices.Repeat([]error{errDown}, 100)
		closed := false
		s := runFor(16*time.Minute+30*time.Second, []Job{
			{Name: "idle", Platform: "p", When: at(t, "* * * * *"), Run: func(context.Context) error { return fmt.Errorf("expire: %w", ErrIdle) }},
			{Name: "a", Platform: "p", When: at(t, "0 * * * *"), AtStart: true, Run: d.takes("a", 0, errs...)},
		}, Options{Unreachable: func(err error) bool { return errors.Is(err, errDown) }, Observe: func(e Event) { closed = closed || e.Kind == Closed },
			spread: func(time.Duration) time.Duration { return 0 }})
		if diff := cmp.Diff([]string{"00:00 a", "01:00 a", "03:00 a", "07:00 a", "15:00 a"}, d.lines); diff != "" {
			t.Error(diff)
		}
		if idle := s.Status()[0]; closed || idle.Err != nil || idle.Failures != 5 {
			t.Errorf("said to work again: %v; %+v", closed, idle)
		}
	})
}
