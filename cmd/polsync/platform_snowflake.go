package main

import (
	"context"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/snowflake"
	"github.com/polsync/polsync/state/declare/config"
)

func openSnowflake(ctx context.Context, p config.Platform, o openOptions) (connectors.Platform, error) {
	s := p.Snowflake
	if _, err := snowflakeCredentials(ctx, s); err != nil {
		return nil, err // at once, rather than with the first statement
	}
	a, err := snowflake.Open(snowflake.Options{Name: p.Name, Account: s.Account, User: s.User, Role: s.Role, Warehouse: s.Warehouse,
		Host: s.Host, Port: s.Port, Protocol: s.Protocol, Tag: "polsync", Concurrency: p.Connection, Rate: float64(s.Rate), Read: snowflake.Reading(s.Read), WriteTimeout: p.Timeout, Logger: o.log,
		Credentials: func(ctx context.Context) (snowflake.Credentials, error) { return snowflakeCredentials(ctx, s) }})
	if err != nil {
		return nil, err
	}
	return a, nil
}

// snowflakeCredentials reads the secrets anew, so that a rotated one is picked up by the next sign-in.
func snowflakeCredentials(ctx context.Context, s *config.Snowflake) (snowflake.Credentials, error) {
	v, err := resolve(ctx, s.Password, s.Token, s.PrivateKey, s.Passphrase, s.ClientSecret)
	if err != nil {
		return snowflake.Credentials{}, err
	}
	switch s.Auth {
	case "password":
		return snowflake.Credentials{Password: v[0]}, nil
	case "pat":
		return snowflake.Credentials{Token: v[1]}, nil
	case "oauth":
		return snowflake.Credentials{OAuth: v[1]}, nil
	case "oauth_client":
		return snowflake.Credentials{OAuthClient: &snowflake.OAuthClient{ID: s.ClientID, Secret: v[4], TokenURL: s.TokenURL, Scope: s.OAuthScope}}, nil
	case "workload_identity":
		return snowflake.Credentials{Workload: s.Provider, WorkloadJWT: v[1]}, nil
	}
	c := snowflake.Credentials{PrivateKey: []byte(v[2])}
	if v[3] != "" {
		c.Passphrase = []byte(v[3])
	}
	return c, nil
}
