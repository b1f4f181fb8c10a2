package main

import (
	"context"
	"errors"
	"time"

	"github.com/polsync/polsync/reconcile"
	"github.com/polsync/polsync/reconcile/notify"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/ledger"
)

// tellWithin is how long a command that is done waits until webhooks have taken what they are told.
const tellWithin = 15 * time.Second

// webhooks tells those that polsync.yaml names what became of a command.
type webhooks struct {
	sender *notify.Sender
	now    func() time.Time
}

func (a *app) webhooks(c *config.Config) *webhooks {
	return &webhooks{notify.NewSender(targets(c), a.log, a.now), a.now}
}

// of tells what became of a platform. That another process writes there is as it should be where there are several.
func (w *webhooks) of(platform, job string, res *reconcile.Result, err error) {
	if errors.Is(err, ledger.ErrHeld) {
		return
	}
	w.sender.Tell(notify.Outcome{Platform: platform, Job: job, At: w.now(), Result: res, Err: err})
}

// all tells of all platforms that a command is for what kept every one of them from being worked with.
func (w *webhooks) all(platforms []config.Platform, job string, results []*reconcile.Result, err error) {
	for i, p := range platforms {
		var res *reconcile.Result
		if i < len(results) {
			res = results[i]
		}
		w.of(p.Name, job, res, err)
	}
}

// close waits, within bounds, until what was told is taken.
func (w *webhooks) close() {
	ctx, cancel := context.WithTimeout(context.Background(), tellWithin)
	defer cancel()
	w.sender.Close(ctx)
}

// targets are the webhooks of a configuration.
func targets(c *config.Config) []notify.Target {
	var all []notify.Target
	for _, n := range c.Notify {
		t := notify.Target{Name: n.Name, Format: n.Format, Address: n.Webhook.Resolve}
		for _, k := range n.Keys {
			t.Keys = append(t.Keys, k.Resolve)
		}
		for _, k := range n.On {
			t.On = append(t.On, notify.Kind(k))
		}
		all = append(all, t)
	}
	return all
}
