package main

import (
	"context"
	_ "embed"
	"fmt"
	"strings"

	"github.com/polsync/polsync/connectors"
	connector "github.com/polsync/polsync/connectors/databricks"
	"github.com/polsync/polsync/connectors/emulator/databricks"
	"github.com/polsync/polsync/connectors/emulator/databricks/generate"
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

// metastoreMasks are the mask functions of the policies that go with a generated metastore, as polsync makes them: a metastore
// in which nothing is to be done has them on its columns.
//
//go:embed generated/lake.sql
var metastoreMasks string

// embedMetastore makes a generated Databricks workspace.
func (g generated) embedMetastore() (*embedded, error) {
	size, ok := generate.Sizes[g.size]
	if !ok {
		return nil, refusef("no size is called %q; there are s, m and l", g.size)
	}
	if err := g.checkDrift(); err != nil {
		return nil, err
	}
	const mask = generate.Catalog + "." + generate.Policies + ".polsync_personal_"
	masks := generate.Masks{ByValue: map[string]string{"email": mask + "email_string", "phone": mask + "phone_string", "name": mask + "name_string"}}
	for sql := range strings.Lines(metastoreMasks) {
		if sql = strings.TrimSpace(sql); sql != "" {
			masks.Functions = append(masks.Functions, sql)
		}
	}
	w, err := generate.New(size, g.drift, masks, databricks.Options{})
	if err != nil {
		return nil, err
	}
	if g.latency > 0 {
		w.Faults().Add(databricks.Fault{Latency: g.latency})
	}
	return &embedded{
		name: "lake", handler: w, close: w.Close, reader: readDatabricks,
		secrets: map[string]string{"lake.token": generate.Token},
		config: func(host, port string) string {
			return fmt.Sprintf(`  lake:
    databricks:
      host: http://%s:%s
      auth: pat
      token: file:secrets/lake.token
      warehouse_id: "%s"
    home: %s.%s
    connections: 8
`, host, port, generate.Warehouse, generate.Catalog, generate.Policies)
		},
	}, nil
}

func readDatabricks(ctx context.Context, host, port, as string) (connectors.Platform, state.Securable, error) {
	tokens := databricks.SampleTokens()
	p, err := connector.Open(ctx, connector.Options{Name: "lake", Host: "http://" + host + ":" + port, Token: tokens[as], WarehouseID: databricks.SampleWarehouse,
		Readers: tokens, RateLimit: localRate})
	return p, state.Securable{Kind: state.KindUser, Name: as}, err
}
