package snowflake

import (
	"testing"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/connectortest"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

func TestSuite(t *testing.T) {
	connectortest.Run(t, func(t *testing.T) *connectortest.Fixture {
		b := newBed(t, emulator.Options{})
		return &connectortest.Fixture{Platform: b.Account, Home: home, Scope: connectors.Scope{Within: []state.Securable{sales}, Home: home},
			Tables: []state.Securable{customers, orders}, Readers: []state.Securable{readerA, readerB}, Member: alice,
			Skip: map[string]string{"governed tags": "every tag has a list of its own, which the tag definitions walk"}}
	})
}
