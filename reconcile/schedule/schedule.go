package schedule

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
)

// look is how long a lane sleeps at most before it looks at the wall clock again.
const look = 15 * time.Second

// Job is one kind of work on one platform.
type Job struct {
	Name     string
	Platform string
	Lane     string        // jobs of one platform and lane never overlap
	When     cron.Schedule // nil: only when it is asked for
	Jitter   time.Duration // it begins up to so much later than the schedule says, always as much
	AtStart  bool          // it also runs when Run begins
	Covers   []string      // jobs of the same platform that a run of this one makes needless
	Run      func(context.Context) error
}

// Options are what a Scheduler needs besides its jobs. Zero fields have the defaults named.
type Options struct {
	Location *time.Location   // of the cron expressions; UTC
	Now      func() time.Time // the wall clock; time.Now

	// Unreachable reports whether a run failed because its platform could not be worked with; then it is tried again
	// before its time. Never, where left out.
	Unreachable func(error) bool

	FirstPause time.Duration // before the first new try; 1 minute
	MaxPause   time.Duration // 30 minutes
	Open       int           // failures in a row from which scheduled jobs of the platform wait; 3

	Seed    string      // tells schedulers apart, so that jitter does not make them begin together
	Observe func(Event) // told what happens; from several goroutines

	spread func(most time.Duration) time.Duration // random, so that what failed together is not tried together
}

// Kind is what an event tells of.
type Kind string

// What happens to jobs.
const (
	Began  Kind = "began"
	Ended  Kind = "ended"
	Waits  Kind = "waits"  // due, but its platform is left alone until Event.Until
	Closed Kind = "closed" // the platform works again
)

// Event is something that happened to a job.
type Event struct {
	Kind          Kind
	Job, Platform string
	Err           error         // of Ended
	Took          time.Duration // of Ended
	Late          time.Duration // of Began: after the time it was due; 0 where it was asked for
	Until         time.Time     // of Waits, and of Ended where it is tried again before its time
	Failures      int           // of the platform in a row
}

// Status is how a job stands.
type Status struct {
	Job, Platform string
	Running       bool
	Queued        bool      // asked for, and not begun
	Began, Ended  time.Time // of the last run; zero where there was none
	Err           error     // of the last run that ended
	Next          time.Time // zero where nothing is scheduled
	Failures      int       // of its platform in a row
	Until         time.Time // until then its platform is left alone; zero where it is not
}

// ErrIdle is returned by a job that had nothing to do and did not ask its platform. It is no failure, and says nothing about
// whether the platform works.
var ErrIdle = errors.New("nothing was to be done")

// Errors of Trigger.
var (
	ErrNoJob   = errors.New("no such job is configured")
	ErrStopped = errors.New("the scheduler does not run")
)

// Scheduler runs jobs. The zero value is of no use; New makes one.
type Scheduler struct {
	o     Options
	lanes []*lane

	mu       sync.Mutex // guards all below, and the jobs of lanes
	stopped  bool
	circuits map[string]*circuit // by platform
}

// lane is jobs that run one after the other.
type lane struct {
	jobs []*job
	wake chan struct{} // holds one token
}

type job struct {
	Job
	lane   *lane
	status Status
	next   time.Time // by the schedule, with jitter
	retry  time.Time // before that, after a failure; zero for none
	queued bool
}

// circuit is what is known of a platform that fails.
type circuit struct {
	failures int
	until    time.Time
}

// New returns a scheduler of jobs. Two jobs of one platform with one name are a mistake of the caller: it panics.
func New(jobs []Job, o Options) *Scheduler {
	o = o.withDefaults()
	s := &Scheduler{o: o, circuits: map[string]*circuit{}}
	lanes := map[[2]string]*lane{}
	seen := map[[2]string]bool{}
	for _, j := range jobs {
		if id := [2]string{j.Platform, j.Name}; seen[id] {
			panic(fmt.Sprintf("schedule: job %s of %s is there twice", j.Name, j.Platform))
		} else {
			seen[id] = true
		}
		id := [2]string{j.Platform, j.Lane}
		if lanes[id] == nil {
			lanes[id] = &lane{wake: make(chan struct{}, 1)}
			s.lanes = append(s.lanes, lanes[id])
		}
		if s.circuits[j.Platform] == nil {
			s.circuits[j.Platform] = &circuit{}
		}
		lanes[id].jobs = append(lanes[id].jobs, &job{Job: j, lane: lanes[id], queued: j.AtStart, status: Status{Job: j.Name, Platform: j.Platform}})
	}
	return s
}

func (o Options) withDefaults() Options {
	if o.Location == nil {
		o.Location = time.UTC
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	// Without the reading of the clock that never goes back, or a wall clock that is set would not be noticed.
	o.Now = func() time.Time { return now().Round(0) }
	if o.Unreachable == nil {
		o.Unreachable = func(error) bool { return false }
	}
	if o.Observe == nil {
		o.Observe = func(Event) {}
	}
	if o.spread == nil {
		o.spread = func(most time.Duration) time.Duration { return rand.N(most + 1) }
	}
	if o.FirstPause <= 0 {
		o.FirstPause = time.Minute
	}
	if o.MaxPause <= 0 {
		o.MaxPause = 30 * time.Minute
	}
	if o.Open <= 0 {
		o.Open = 3
	}
	return o
}

// Run runs the jobs until the context ends, and returns when the last of them has returned. Jobs are given the context.
func (s *Scheduler) Run(ctx context.Context) {
	var g sync.WaitGroup
	for _, l := range s.lanes {
		g.Go(func() { s.run(ctx, l) })
	}
	g.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = true
}

// Trigger asks for a run of a job as soon as its lane is free. Asking again before it began changes nothing. It returns
// ErrNoJob, or ErrStopped once Run has returned.
func (s *Scheduler) Trigger(platform, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return ErrStopped
	}
	for j := range s.of(platform) {
		if j.Name == name {
			j.queued = true
			j.lane.poke()
			return nil
		}
	}
	return fmt.Errorf("%s of %s: %w", name, platform, ErrNoJob)
}

func (l *lane) poke() {
	select {
	case l.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// Status returns how the jobs stand, in the order of their lanes.
func (s *Scheduler) Status() []Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Status
	for _, l := range s.lanes {
		for _, j := range l.jobs {
			st := j.status
			st.Queued, st.Next = j.queued, earlier(j.next, j.retry)
			st.Failures = s.circuits[j.Platform].failures
			if st.Failures >= s.o.Open {
				st.Until = s.circuits[j.Platform].until
			}
			all = append(all, st)
		}
	}
	return all
}

// run is the life of one lane.
func (s *Scheduler) run(ctx context.Context, l *lane) {
	last := s.o.Now()
	s.mu.Lock()
	for _, j := range l.jobs {
		j.next = s.after(j, last)
	}
	s.mu.Unlock()
	for ctx.Err() == nil {
		now := s.o.Now()
		if now.Before(last.Add(-time.Second)) {
			s.setBack(l, now)
		}
		last = now
		if j, late := s.take(l, now); j != nil {
			s.do(ctx, j, late)
			continue
		}
		select {
		case <-ctx.Done():
		case <-l.wake:
		case <-time.After(s.sleep(l, now)):
		}
	}
}

// after returns when a job runs next by its schedule; zero where nothing is scheduled.
func (s *Scheduler) after(j *job, now time.Time) time.Time {
	if j.When == nil {
		return time.Time{}
	}
	shift := s.shift(j)
	// An expression that names no day that comes gives the zero time.
	if next := j.When.Next(now.Add(-shift).In(s.o.Location)); !next.IsZero() {
		return next.Add(shift)
	}
	return time.Time{}
}

// shift is a job's part of its jitter; the same each time, so that the distance between runs stays.
func (s *Scheduler) shift(j *job) time.Duration {
	if j.Jitter <= 0 {
		return 0
	}
	h := fnv.New64a()
	fmt.Fprintf(h, "%s\x00%s\x00%s", s.o.Seed, j.Platform, j.Name)
	return time.Duration(h.Sum64()%uint64(j.Jitter/time.Millisecond+1)) * time.Millisecond
}

// setBack works out times anew after the clock was set back: else a job that ran at noon would wait for the noon to come.
func (s *Scheduler) setBack(l *lane, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range l.jobs {
		j.next, j.retry = s.after(j, now), time.Time{}
		if c := s.circuits[j.Platform]; c.until.Sub(now) > s.o.MaxPause {
			c.until = now.Add(s.o.MaxPause)
		}
	}
}

// take returns the job that is to run now, nil where none is. It is marked as running.
func (s *Scheduler) take(l *lane, now time.Time) (*job, time.Duration) {
	s.mu.Lock()
	var told []Event
	defer func() {
		s.mu.Unlock()
		for _, e := range told {
			s.o.Observe(e)
		}
	}()
	for _, j := range l.jobs {
		at := earlier(j.next, j.retry)
		due := !at.IsZero() && !at.After(now)
		if !due && !j.queued {
			continue
		}
		if c := s.circuits[j.Platform]; !j.queued && c.failures >= s.o.Open && now.Before(c.until) {
			j.next, j.retry = s.after(j, c.until), c.until
			told = append(told, Event{Kind: Waits, Job: j.Name, Platform: j.Platform, Until: c.until, Failures: c.failures})
			continue
		}
		var late time.Duration
		if due {
			late = now.Sub(at)
			j.next = s.after(j, now)
		}
		j.queued, j.retry = false, time.Time{}
		j.status.Running, j.status.Began = true, now
		return j, late
	}
	return nil, 0
}

// sleep returns how long a lane has nothing to do, at most look.
func (s *Scheduler) sleep(l *lane, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := look
	for _, j := range l.jobs {
		if at := earlier(j.next, j.retry); !at.IsZero() {
			wait = min(wait, max(at.Sub(now), 0))
		}
	}
	return wait
}

// do carries a job out.
func (s *Scheduler) do(ctx context.Context, j *job, late time.Duration) {
	s.o.Observe(Event{Kind: Began, Job: j.Name, Platform: j.Platform, Late: late})
	began := time.Now()
	err := j.Run(ctx)
	idle := errors.Is(err, ErrIdle)
	if idle {
		err = nil
	}
	ended := Event{Kind: Ended, Job: j.Name, Platform: j.Platform, Err: err, Took: time.Since(began)}
	closed := s.settle(j, &ended, idle || ctx.Err() != nil)
	s.o.Observe(ended)
	if closed {
		s.o.Observe(Event{Kind: Closed, Job: j.Name, Platform: j.Platform})
	}
}

// settle notes how a run ended. It reports whether its platform was left alone before and works again. A run may say nothing
// about that: it asked nothing, or was made to end.
func (s *Scheduler) settle(j *job, e *Event, mute bool) (closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	j.status.Running, j.status.Ended, j.status.Err = false, now, e.Err
	c := s.circuits[j.Platform]
	switch {
	case mute:
	case e.Err != nil && s.o.Unreachable(e.Err):
		if !now.Before(c.until) { // else another job has just met the same failure
			c.failures++
			c.until = now.Add(s.pause(c.failures))
		}
		if j.When != nil {
			j.retry = c.until
		}
		e.Until = c.until
	default:
		closed = c.failures >= s.o.Open
		*c = circuit{}
		s.cover(j, now)
		if closed {
			s.reopen(j.Platform, now)
		}
	}
	e.Failures = c.failures
	return closed
}

// cover puts off what came due while a job ran that has done it besides. What was asked for stays.
func (s *Scheduler) cover(j *job, now time.Time) {
	for other := range s.of(j.Platform) {
		if at := earlier(other.next, other.retry); slices.Contains(j.Covers, other.Name) && !at.IsZero() && !at.After(now) {
			other.next, other.retry = s.after(other, now), time.Time{}
		}
	}
}

// reopen puts the jobs of a platform that was left alone on their schedules again, and runs what waited.
func (s *Scheduler) reopen(platform string, now time.Time) {
	for j := range s.of(platform) {
		j.next = s.after(j, now)
		if !j.retry.IsZero() {
			j.retry = now
			j.lane.poke()
		}
	}
}

// of yields the jobs of a platform.
func (s *Scheduler) of(platform string) iter.Seq[*job] {
	return func(yield func(*job) bool) {
		for _, l := range s.lanes {
			for _, j := range l.jobs {
				if j.Platform == platform && !yield(j) {
					return
				}
			}
		}
	}
}

// pause is how long to wait after so many failures in a row: doubling, the last tenth of it random.
func (s *Scheduler) pause(failures int) time.Duration {
	d := s.o.MaxPause
	if shift := failures - 1; shift < 20 {
		d = min(d, s.o.FirstPause<<shift)
	}
	return d - s.o.spread(d/10)
}

// earlier returns the earlier of two times, of which the zero time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
