package dialect

import (
	"slices"
	"testing"

	"github.com/polsync/polsync/state"
)

func TestFold(t *testing.T) {
	d := Dialect{}
	if got := d.FoldPart(state.Part{Text: "straße"}); got != "STRASSE" && got != "STRAßE" {
		t.Errorf("an unquoted part folds to %q", got)
	}
	if got := d.FoldPart(state.Part{Text: "aB", Quoted: true}); got != "aB" {
		t.Errorf("a quoted part folds to %q", got)
	}
	everyone := d.Fold(state.Everyone)
	if everyone != (state.Securable{Kind: state.KindRole, Name: "PUBLIC"}) || d.Fold(everyone) != everyone {
		t.Errorf("everyone is %s", everyone)
	}
}

func TestPrivileges(t *testing.T) {
	d := Dialect{}
	for _, tt := range []struct {
		written string
		on      state.Kind
		want    []string
	}{
		{"select", state.KindTable, []string{"SELECT"}},
		{"create_table", state.KindSchema, []string{"CREATE TABLE"}},
		{"Create  Masking_Policy", state.KindSchema, []string{"CREATE MASKING POLICY"}},
		{"use any role", state.KindIntegration, []string{"USE_ANY_ROLE"}},
		{"reference usage", state.KindCatalog, []string{"REFERENCE_USAGE"}},
		{"ALL", state.KindView, []string{"REFERENCES", "SELECT"}},
		{"all_privileges", state.KindWarehouse, []string{"APPLYBUDGET", "MODIFY", "MONITOR", "OPERATE", "USAGE"}},
		{"ALL", state.KindCatalog, []string{"APPLYBUDGET", "CREATE DATABASE ROLE", "CREATE SCHEMA", "EXECUTE AUTO CLASSIFICATION", "MODIFY", "MONITOR", "USAGE"}},
	} {
		got, err := d.Privileges(tt.written, tt.on)
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s on a %s: %v, %v", tt.written, tt.on, got, err)
		}
	}
	for written, on := range map[string]state.Kind{"OWNERSHIP": state.KindTable, "SELECT; DROP": state.KindTable, "INSERT": state.KindView, "ALL": state.KindTag, "USAGE": state.KindColumn} {
		if got, err := d.Privileges(written, on); err == nil {
			t.Errorf("%s on a %s: %v", written, on, got)
		}
	}
	for kind, list := range privileges {
		if !slices.IsSorted(list) {
			t.Errorf("the privileges on a %s are not sorted", kind)
		}
		for _, p := range list {
			if !privilegeWord.MatchString(p) {
				t.Errorf("%q would not be written", p)
			}
		}
	}
}

func TestAccess(t *testing.T) {
	d := Dialect{}
	if got := d.Access("write", state.KindTable); !slices.Equal(got, []string{"DELETE", "INSERT", "TRUNCATE", "UPDATE"}) {
		t.Errorf("write is %v", got)
	}
	if got := d.Access("write", state.KindView); got != nil {
		t.Errorf("write on a view is %v", got)
	}
	if d.Usage(state.KindSchema) != "USAGE" || d.Usage(state.KindTable) != "" {
		t.Error("usage is of containers alone")
	}
}
