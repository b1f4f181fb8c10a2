// Package schedule decides when the daemon's jobs run: by cron expression, on demand, after a failure, never twice at a
// time. It knows nothing of platforms and of what a job does.
//
// Jobs belong to lanes. The jobs of one lane run one after the other, in the order they were given where several are
// due; lanes run side by side. A platform has a lane for what writes and one for what only reads, so that a scan of hours
// holds back no grant, and a platform that fails holds back no other.
//
//	due while it runs or waits     once more afterwards, however often it came due
//	missed (sleep, clock set on)   once, then by the schedule again
//	clock set back                 the next time is worked out anew
//	covered by another that ran    not then: reconcile also does what expire does
//	failed: cannot be reached      again after a pause that doubles; from the third failure in a row the platform is
//	                               left alone until it is over, but for what somebody asks for
//	had nothing to do (ErrIdle)    no failure, and no sign that the platform works: pauses go on doubling
//
// Times of cron expressions are wall-clock times in their zone. Wall time is read through Options.Now, never from a
// timer, since timers stand still while a machine sleeps.
package schedule
