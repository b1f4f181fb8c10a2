package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/emulator/snowflake"
	connector "github.com/polsync/polsync/connectors/snowflake"
	"github.com/polsync/polsync/state"
)

// embedSnowflake makes the sample account.
func embedSnowflake() (*embedded, error) {
	a, err := snowflake.NewSample(snowflake.Options{})
	if err != nil {
		return nil, err
	}
	return &embedded{
		name: "snow", handler: a, close: func() { a.Close() }, reader: readSnowflake,
		secrets: map[string]string{"snow.token": snowflake.SampleGovernanceToken},
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
`, snowflake.SampleGovernanceUser, snowflake.SampleGovernanceRole, snowflake.SampleWarehouse, host, port)
		},
	}, nil
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
