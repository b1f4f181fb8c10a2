package snowflake

import (
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/state"
)

// TestKindsAreListedWhenAskedFor: nobody holds anything on these, and their owner's list of grants is not read.
func TestKindsAreListedWhenAskedFor(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin(otherKinds...)
	b.emu.ResetLog()
	plain := connectors.Scope{Within: []state.Securable{sales}, Home: home, Without: append(slices.Clone(rowFacts), constraintFacts...)} // these list policies of their own
	b.snapshot(plain)
	before := len(b.emu.Statements())
	for _, st := range b.emu.Statements() {
		for _, l := range kindListings {
			if strings.HasPrefix(st.SQL, "SHOW "+l.plural) {
				t.Errorf("%s, which nobody asked for", st.SQL)
			}
		}
	}
	asked := plain
	for _, o := range others {
		asked.Kinds = append(asked.Kinds, o.Kind)
	}
	asked.Facts = []state.FactKind{state.FactTag} // without grants nothing but the listings tells of them
	b.emu.ResetLog()
	s := b.snapshot(asked)
	for _, o := range others {
		if is, there := s.Objects[o]; !there || is.Identity == "" {
			t.Errorf("%s is not listed: %+v", o, is)
		}
	}
	if len(s.Unknown) > 0 {
		t.Errorf("%+v", s.Unknown)
	}
	if before == 0 {
		t.Error("nothing was read")
	}
}

func TestRoutineNames(t *testing.T) {
	for cell, want := range map[string]string{
		"F(NUMBER, VARCHAR) RETURN NUMBER": "F(NUMBER, VARCHAR)", "F() RETURN TABLE (A NUMBER)": "F()", "F(NUMBER [, VARCHAR]) RETURN VARIANT": "F(NUMBER, VARCHAR)",
		"F(VECTOR(FLOAT, 3), ARRAY) RETURN NUMBER": "F(VECTOR(FLOAT, 3), ARRAY)", "F": "", "F(NUMBER": "",
	} {
		if got := routineName("F", cell); got != want {
			t.Errorf("%s: %q, want %q", cell, got, want)
		}
	}
}

// TestWhatEverybodyHolds: where nobody else may hold a privilege, users' own grants and those to shares are read too.
func TestWhatEverybodyHolds(t *testing.T) {
	b := newBed(t, emulator.Options{})
	b.admin("GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO USER ALICE", "CREATE SHARE OUT", "GRANT USAGE ON DATABASE CRM TO SHARE OUT", "GRANT SELECT ON TABLE CRM.SALES.CUSTOMERS TO SHARE OUT")
	byAlice := state.Key{Fact: state.FactGrant, On: customers, With: alice, Name: "SELECT"}
	byShare := state.Key{Fact: state.FactGrant, On: customers, With: state.Securable{Kind: state.KindShare, Name: "OUT"}, Name: "SELECT"}
	scope := connectors.Scope{Within: []state.Securable{sales}, Home: home}
	if s := b.snapshot(scope); s.Has(byAlice) || s.Has(byShare) {
		t.Error("read without being asked for")
	}
	scope.All = true
	b.admin("GRANT CREATE SHARE ON ACCOUNT TO ROLE POLSYNC")
	s := b.snapshot(scope)
	if !s.Has(byAlice) || !s.Has(byShare) || s.Fixed[byShare] == "" || s.Fixed[byAlice] != "" {
		t.Errorf("of a user %v, of a share %v, %v", s.Has(byAlice), s.Has(byShare), s.Fixed)
	}
}
