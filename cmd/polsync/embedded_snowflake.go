package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/connectors/emulator/snowflake/generate"
	connector "github.com/polsync/polsync/connectors/snowflake"
	"github.com/polsync/polsync/state"
)

// embedSnowflake makes the sample account.
func embedSnowflake() (*embedded, error) {
	a, err := snowflake.NewSample(snowflake.Options{})
	if err != nil {
		return nil, err
	}
	return embeddedAccount(a, snowflake.SampleGovernanceUser, snowflake.SampleGovernanceRole, snowflake.SampleWarehouse, snowflake.SampleGovernanceToken), nil
}

// embeddedAccount serves an account to a service user.
func embeddedAccount(a *snowflake.Account, user, role, warehouse, token string) *embedded {
	return &embedded{
		name: "snow", handler: a, close: func() { a.Close() }, reader: readSnowflake,
		secrets: map[string]string{"snow.token": token},
		config: func(host, port string) string {
			return fmt.Sprintf(`  snow:
    snowflake:
      account: EMULATOR
      user: %s
      role: %s
      warehouse: %s
      auth: pat
      token: file:secrets/snow.token
      host: %s
      port: %s
      protocol: http
    home: GOV.POLICIES
`, user, role, warehouse, host, port)
		},
	}
}

// generated says which platforms `polsync dev` makes instead of the samples.
type generated struct {
	size     string        // s, m or l
	platform string        // snow or lake; "" for both
	drift    int           // percent of what the policies declare that is left out
	lag      time.Duration // of SNOWFLAKE.ACCOUNT_USAGE: 0 for the documented one, negative for none
	latency  time.Duration // of each statement or request
}

// checkDrift refuses a share that is none.
func (g generated) checkDrift() error {
	if g.drift < 0 || g.drift > 100 {
		return refusef("--drift is %d; it is a percentage", g.drift)
	}
	return nil
}

func (g generated) embed() (*embedded, error) {
	size, ok := generate.Sizes[g.size]
	if !ok {
		return nil, refusef("no size is called %q; there are s, m and l", g.size)
	}
	if err := g.checkDrift(); err != nil {
		return nil, err
	}
	a, err := generate.New(size, g.drift, snowflake.Options{AccountUsageLag: g.lag})
	if err != nil {
		return nil, err
	}
	if g.latency > 0 {
		a.Faults().Add(snowflake.Fault{Path: "/queries/v1/query-request", Latency: g.latency})
	}
	e := embeddedAccount(a, generate.User, generate.Role, generate.Warehouse, generate.Token)
	plain := e.config
	e.config = func(host, port string) string { return plain(host, port) + "    connections: 8\n" }
	return e, nil
}

// sampleUsers names a user of the sample who has a role.
var sampleUsers = map[string]string{"ANALYST": "BOB", "PII_READER": "ALICE", "SUPPORT": "CAROL", "HR": "DAVE", "FINANCE": "ERIN", "AUDITOR": "ERIN"}

func readSnowflake(_ context.Context, host, port, as string) (connectors.Platform, state.Securable, error) {
	role := state.Securable{Kind: state.KindRole, Name: as}
	number, err := strconv.Atoi(port)
	if err != nil {
		return nil, role, err
	}
	user := sampleUsers[as]
	p, err := connector.Open(connector.Options{Name: "snow", Account: "EMULATOR", User: user, Role: as, Warehouse: snowflake.SampleWarehouse, Host: host, Port: number,
		Protocol: "http", Credentials: connector.Fixed(connector.Credentials{Password: snowflake.SamplePasswords()[user]})})
	return p, role, err
}
