package state_test

import (
	"testing"

	"github.com/polsync/polsync/state"
)

func TestTooLong(t *testing.T) {
	for _, c := range []struct {
		show state.Show
		typ  state.DataType
		want string
	}{
		{state.Show{Kind: state.ShowHash}, state.DataType{Family: state.FamilyString, Text: "VARCHAR(63)"}, "hash gives 64 characters, and VARCHAR(63) holds 63"},
		{state.Show{Kind: state.ShowHash}, state.DataType{Family: state.FamilyString, Text: "VARCHAR(64)"}, ""},
		{state.Show{Kind: state.ShowHash}, state.DataType{Family: state.FamilyString, Text: "string"}, ""},
		{state.Show{Kind: state.ShowLastHash, N: 4}, state.DataType{Family: state.FamilyString, Text: "char(20)"}, "last_hash gives 64 characters, and CHAR(20) holds 20"},
		{state.Show{Kind: state.ShowEmailHash}, state.DataType{Family: state.FamilyString, Text: "varchar(20)"}, "email_hash gives 64 characters, and VARCHAR(20) holds 20"},
		{state.Show{Kind: state.ShowConst, Text: "éé"}, state.DataType{Family: state.FamilyString, Text: "VARCHAR(1)"}, "const gives 2 characters, and VARCHAR(1) holds 1"},
		{state.Show{Kind: state.ShowConst, Text: "éé"}, state.DataType{Family: state.FamilyString, Text: "VARCHAR(2)"}, ""},
		{state.Show{Kind: state.ShowFull}, state.DataType{Family: state.FamilyString, Text: "VARCHAR(1)"}, ""},
		{state.Show{Kind: state.ShowConst, Text: "-100.5"}, state.DataType{Family: state.FamilyNumber, Text: "NUMBER(4,2)"}, "const has 3 digits before the point, and NUMBER(4,2) holds 2"},
		{state.Show{Kind: state.ShowConst, Text: "+0099.123456"}, state.DataType{Family: state.FamilyNumber, Text: "decimal(4,2)"}, ""},
		{state.Show{Kind: state.ShowConstant}, state.DataType{Family: state.FamilyNumber, Text: "NUMBER(2,2)"}, "constant has 1 digits before the point, and NUMBER(2,2) holds 0"},
		{state.Show{Kind: state.ShowConst, Text: "0.5"}, state.DataType{Family: state.FamilyNumber, Text: "NUMBER(2,2)"}, ""},
		{state.Show{Kind: state.ShowHash}, state.DataType{Family: state.FamilyNumber, Text: "NUMBER(2,2)"}, ""},
	} {
		if got := c.show.TooLong(c.typ); got != c.want {
			t.Errorf("%s on %s: %q, want %q", c.show, c.typ.Text, got, c.want)
		}
	}
	for text, want := range map[string]bool{"NUMBER(38,10)": false, "NUMBER(38,11)": true, "decimal(20, 18)": true, "bigint": false} {
		if got := (state.DataType{Family: state.FamilyNumber, Text: text}).LosesDigits(); got != want {
			t.Errorf("%s loses digits: %v", text, got)
		}
	}
}
