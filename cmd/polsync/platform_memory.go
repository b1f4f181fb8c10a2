package main

import (
	"context"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/connectors/memory"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/declare/config"
)

func openMemory(_ context.Context, p config.Platform, _ openOptions) (connectors.Platform, error) {
	if p.Memory.File == "" {
		return memory.New(memory.Dialect{PerColumn: p.Memory.PerColumn}, state.New()), nil
	}
	w, err := memory.Open(p.Memory.File)
	if err != nil {
		return nil, err
	}
	return w, nil
}
