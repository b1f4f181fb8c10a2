package main

import (
	"context"
	"net"
	"net/url"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/state/declare/config"
)

// An embedded workspace is shared with nobody, and computes in one process what a real one spreads over many.
const (
	localRate    = 10_000 // requests per second
	localTimeout = 5 * time.Minute
)

func openDatabricks(ctx context.Context, p config.Platform, o openOptions) (connectors.Platform, error) {
	d := p.Databricks
	secrets, err := resolve(ctx, d.Token, d.ClientSecret)
	if err != nil {
		return nil, err
	}
	opt := databricks.Options{Name: p.Name, Host: d.Host, Token: secrets[0], ClientID: d.ClientID, ClientSecret: secrets[1],
		WarehouseID: d.WarehouseID, Readers: o.readers, Logger: o.log, RequestTimeout: p.Timeout + p.Timeout/2, Concurrency: p.Connection, Version: version()}
	if local(d.Host) {
		opt.RateLimit, opt.RequestTimeout = localRate, localTimeout
	}
	w, err := databricks.Open(ctx, opt)
	if err != nil {
		return nil, err
	}
	return w, nil
}

func local(host string) bool {
	u, err := url.Parse(host)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}
