package snowflake

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/connectors"
	emulator "github.com/polsync/polsync/connectors/emulator/snowflake"
	"github.com/polsync/polsync/connectors/emulator/snowflake/generate"
	"github.com/polsync/polsync/state"
)

// generatedBed is a generated account and the connector to it.
func generatedBed(t *testing.T, size generate.Size, edit ...func(*Options)) *bed {
	t.Helper()
	emu, err := generate.New(size, 0, emulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	host, port := serve(t, emu)
	o := Options{Name: "snow", Account: "EMULATOR", User: generate.User, Role: generate.Role, Warehouse: generate.Warehouse, Host: host, Port: port, Protocol: "http",
		Credentials: Fixed(Credentials{Token: generate.Token})}
	for _, e := range edit {
		e(&o)
	}
	return connected(t, emu, o)
}

// TestStatementsOfAccounts holds what it takes to read an account of a size. See docs/benchmarks.md for seconds.
func TestStatementsOfAccounts(t *testing.T) {
	if testing.Short() {
		t.Skip("generated accounts")
	}
	for _, c := range []struct {
		name   string
		size   generate.Size
		read   Reading
		strict bool
		most   int
		late   bool // read from views that lag
	}{
		{"small, by itself", generate.S, Auto, false, 200, false},
		{"small, in bulk", generate.S, Bulk, false, 80, true},
		{"middle, by itself", generate.M, Auto, false, 250, true},
		{"middle, strict", generate.M, Auto, true, 850, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := generatedBed(t, c.size, func(o *Options) { o.Read = c.read })
			s := b.snapshot(connectors.Scope{Home: state.Securable{Kind: state.KindSchema, Catalog: generate.Database, Schema: generate.Policies}, Strict: c.strict,
				Without: slices.Concat(rowFacts, constraintFacts)}) // as a run of policies that speak of neither
			if s.Reads > c.most {
				t.Errorf("%d statements, more than %d", s.Reads, c.most)
			}
			if (s.Lag != nil) != c.late {
				t.Errorf("it lags: %v", s.Lag != nil)
			}
			if len(s.Unknown) > 0 {
				t.Errorf("unread: %v", s.Unknown)
			}
			kinds := map[state.FactKind]int{}
			columns := 0
			for k := range s.Facts {
				kinds[k.Fact]++
			}
			for on := range s.Objects {
				if on.Kind == state.KindColumn {
					columns++
				}
			}
			if columns != c.size.Columns || kinds[state.FactTagged] != c.size.Tagged || kinds[state.FactMask] != c.size.Policies {
				t.Errorf("%d columns, %d of them tagged, %d masked: %+v", columns, kinds[state.FactTagged], kinds[state.FactMask], c.size)
			}
			setup := b.opt.Session(false)
			for _, st := range b.emu.Statements() {
				if verb, _, _ := strings.Cut(st.SQL, " "); verb != "SHOW" && verb != "SELECT" && verb != "DESCRIBE" && st.SQL != setup[0] && st.SQL != setup[1] {
					t.Errorf("a snapshot sent %s", st.SQL)
				}
			}
		})
	}
}

// TestBulkReadsTheSame holds that, of an account that rests, bulk and live reading say the same.
func TestBulkReadsTheSame(t *testing.T) {
	home := state.Securable{Kind: state.KindSchema, Catalog: generate.Database, Schema: generate.Policies}
	bulk := generatedBed(t, generate.S, func(o *Options) { o.Read = Bulk })
	late, live := bulk.snapshot(connectors.Scope{Home: home}), bulk.snapshot(connectors.Scope{Home: home, Strict: true})
	if late.Lag == nil || live.Lag != nil {
		t.Fatal("bulk was not read in bulk, or strict was")
	}
	for k, f := range live.Facts {
		got := late.Facts[k]
		same := state.Equal(f.Value, got.Value)
		if p, ok := f.Value.(*state.MaskingPolicy); ok {
			q, there := got.Value.(*state.MaskingPolicy)
			same = there && p.Body == q.Body && p.Family == q.Family && p.Comment == q.Comment
		}
		if !same {
			t.Errorf("%s is %v live and %v in bulk", k, f.Value, got.Value)
		}
	}
	if len(late.Facts) != len(live.Facts) {
		t.Errorf("%d facts in bulk, %d live", len(late.Facts), len(live.Facts))
	}
	if !maps.Equal(late.Objects, live.Objects) {
		t.Error("the objects differ")
	}
}

// TestViewsThatCannotBeSeen holds what becomes of an account whose role lacks the database roles that show the views.
func TestViewsThatCannotBeSeen(t *testing.T) {
	lose := func(b *bed) {
		for _, r := range []string{"OBJECT_VIEWER", "GOVERNANCE_VIEWER", "SECURITY_VIEWER"} {
			b.admin("REVOKE DATABASE ROLE SNOWFLAKE." + r + " FROM ROLE " + generate.Role)
		}
	}
	asked := generatedBed(t, generate.S, func(o *Options) { o.Read = Bulk })
	lose(asked)
	s := asked.snapshot(connectors.Scope{})
	for _, fact := range lateFacts {
		if why := s.UnknownReason(state.Key{Fact: fact, On: account}); !strings.Contains(why, "GRANT DATABASE ROLE SNOWFLAKE.") {
			t.Errorf("of what was asked for in bulk, %s is unread because %q", fact, why)
		}
	}
}
