package main

import (
	"context"
	"fmt"

	"github.com/polsync/polsync/connectors"
	connector "github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/state"
)

// embedDatabricks makes the sample workspace.
func embedDatabricks() (*embedded, error) {
	w, err := databricks.NewSample(databricks.Options{})
	if err != nil {
		return nil, err
	}
	// The sample's service principal cannot read rows, which counting values takes.
	for _, sql := range []string{
		"GRANT SELECT ON SCHEMA main.crm TO `" + databricks.SampleGovernanceID + "`",
		"GRANT SELECT ON SCHEMA main.hr TO `" + databricks.SampleGovernanceID + "`",
	} {
		if err := w.Exec(databricks.DefaultAdmin, sql); err != nil {
			w.Close()
			return nil, err
		}
	}
	return &embedded{
		name: "lake", handler: w, close: w.Close, reader: readDatabricks,
		secrets: map[string]string{"lake.secret": databricks.SampleGovernanceSecret},
		config: func(host, port string) string {
			return fmt.Sprintf(`  lake:
    databricks:
      host: http://%s:%s
      client_id: %s
      client_secret: file:secrets/lake.secret
      warehouse_id: "%s"
    home: main.governance
`, host, port, databricks.SampleGovernanceID, databricks.SampleWarehouse)
		},
	}, nil
}

func readDatabricks(ctx context.Context, host, port, as string) (connectors.Platform, state.Securable, error) {
	tokens := databricks.SampleTokens()
	p, err := connector.Open(ctx, connector.Options{Name: "lake", Host: "http://" + host + ":" + port, Token: tokens[as], WarehouseID: databricks.SampleWarehouse,
		Readers: tokens, RateLimit: localRate})
	return p, state.Securable{Kind: state.KindUser, Name: as}, err
}
