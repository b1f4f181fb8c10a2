package starter_test

import (
	"testing"
	"testing/fstest"

	"github.com/polsync/polsync/state/declare"
	"github.com/polsync/polsync/state/declare/config"
	"github.com/polsync/polsync/state/declare/starter"
)

func TestStarterLoadsAsItIs(t *testing.T) {
	files := starter.Starter()
	c, err := config.Parse("polsync.yaml", files["polsync.yaml"], func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	fsys := fstest.MapFS{}
	for path, data := range files {
		fsys[path] = &fstest.MapFile{Data: data}
	}
	d, err := declare.Load(fsys, c.Policies, declare.Options{Platforms: c.Dialects(), Vars: c.Vars})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Masks) != 1 || len(d.Grants) != 1 {
		t.Errorf("the starter declares %+v", d)
	}
}
