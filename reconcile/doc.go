// Package reconcile walks the picture once: it reads the declarations and the platform, settles what an earlier run
// left open, plans, checks the guards, takes the lease, carries out the plan and reads again. plan, reconcile and the
// daemon are that one walk, stopped early, done once, or done on a schedule.
//
// The order of Run's steps is the one that survives a crash: an intent is durable before its statement is sent, and
// becomes ours only when it is known to have taken effect.
package reconcile
