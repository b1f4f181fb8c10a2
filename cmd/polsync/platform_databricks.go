package main

import (
	"context"
	"fmt"
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
	own, err := databricksCredentials(ctx, d.DatabricksAuth)
	if err != nil {
		return nil, err
	}
	opt := databricks.Options{Name: p.Name, Host: d.Host, SignIn: &own, Elsewhere: o.elsewhere, Groups: o.groups, WarehouseID: d.WarehouseID, Readers: o.readers, Logger: o.log, RequestTimeout: p.Timeout + p.Timeout/2, Concurrency: p.Connection, Version: version()}
	if local(d.Host) {
		opt.RateLimit, opt.RequestTimeout = localRate, localTimeout
	}
	if a := d.Account; a != nil {
		signIn, err := databricksCredentials(ctx, a.DatabricksAuth)
		if err != nil {
			return nil, fmt.Errorf("account: %w", err)
		}
		opt.Account = &databricks.AccountOptions{ID: a.ID, Host: a.Host, SignIn: signIn, Assign: a.Assign, External: a.External}
	}
	w, err := databricks.Open(ctx, opt)
	if err != nil {
		return nil, err
	}
	return w, nil
}

// databricksCredentials reads the secrets of a way to sign in.
func databricksCredentials(ctx context.Context, a config.DatabricksAuth) (databricks.Credentials, error) {
	secrets, err := resolve(ctx, a.Token, a.ClientSecret, a.GoogleCredentials)
	if err != nil {
		return databricks.Credentials{}, err
	}
	return databricks.Credentials{Kind: a.Auth, Token: secrets[0], ClientID: a.ClientID, ClientSecret: secrets[1], TenantID: a.TenantID,
		ResourceID: a.AzureResourceID, GoogleCredentials: secrets[2], ServiceAccount: a.ServiceAccount, Profile: a.Profile, ConfigFile: a.ConfigFile,
		TokenEnv: a.TokenEnv, TokenFile: a.TokenFile, Audience: a.Audience}, nil
}

func local(host string) bool {
	u, err := url.Parse(host)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return ip != nil && ip.IsLoopback()
}
