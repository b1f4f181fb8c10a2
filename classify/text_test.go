package classify

import (
	"fmt"
	"testing"

	"github.com/polsync/polsync/state"
)

// textValues has, for the forms in free text, texts that have one and near misses that do not.
var textValues = map[string]struct{ match, miss []string }{
	"text.ssn":            {[]string{"Her SSN is 536-22-1234, please check", "536-22-1234 is what he gave us", "see below\n536-22-1234\nthanks a lot"}, []string{"part 000-22-1234 is out of stock", "part X536-22-1234 is out of stock", "part 536-22-12345 is out of stock", "536-22-1234"}},
	"text.ssn.said":       {[]string{"the SSN: 536221234 was wrong", "social security number 536221234."}, []string{"the number 536221234 was wrong", "classn 536221234 was not found"}},
	"text.iban":           {[]string{"pay to GB82WEST12345698765432 today", "pay to DE89 3704 0044 0532 0130 00, thanks", "pay NO93 8601 1117 947 please"}, []string{"parcel LB123456789CN was lost today", "pay to XX82WEST12345698765432 today", "GB82WEST12345698765432"}},
	"text.card":           {[]string{"charge 4111 1111 1111 1111 please", "card 4111-1111-1111-1111.", "card 3782 822463 10005 was declined"}, []string{"between 2024 2025 and 2026 only", "https://example.com/4111-1111-1111-1111", "call 1111 2222 3333 4444 please"}},
	"text.card.bare":      {[]string{"charge 4111111111111111 please", "my card 378282246310005 was declined"}, []string{"at 1700000000000 it was started", "https://example.com/4111111111111111/x", "ids 41111111111111112 and more"}},
	"text.phone.abroad":   {[]string{"call me on +44 7123 456789 today", "call me on +4915112345678.", "call 0049 151 1234567 tonight"}, []string{"it rose by +12 percent and +13 more", "offset +0200 in the whole of it"}},
	"text.phone.area":     {[]string{"call me: (415) 555-0132 today", "call me: 415-555-0132 today"}, []string{"call me: 115-555-0132 today", "part A415-555-0132 is broken"}},
	"text.phone.national": {[]string{"call me on 07123456789 please", "ring 0151 12345678 after six", "ring (030) 901820 after six", "ring 06 12 34 56 78 after six", "on 020 7946 0958 in London"}, []string{"document 0000123456 was not found", "https://example.com/07123456789", "on 01.02.2003 at 10:11:12 it ran", "log a07123456789 is of no use"}},
	"text.words":          {[]string{"call Ada tomorrow", "CALL HIM NOW", "H <a@example.com>"}, []string{"GB82 WEST 1234 5698 7654 32", "+49 (0)30 901820 x12", "AB12 CDEF GHIJ"}},
	"text.reference":      {[]string{"your order 4111111111111111 has left", "Invoice no. 07123456789 is due"}, []string{"paid with 4111111111111111 today", "your order 12345678 has left today"}},
}

func TestFormsInTextMatchAndNearlyMiss(t *testing.T) {
	checks := map[string]Check{}
	for _, c := range SuiteChecks() {
		checks[c.Name] = c
	}
	for name, v := range textValues {
		c, ok := checks[name]
		if !ok {
			t.Errorf("no check is called %s", name)
		}
		for i, list := range [][]string{v.match, v.miss} {
			for _, s := range list {
				if c.Match(s) != (i == 0) {
					t.Errorf("%s on %q: %v", name, s, i != 0)
				}
			}
		}
	}
}

// Texts that end in the word of a job now and then are no jobs.
func TestReasonsInWordsAreNoOccupation(t *testing.T) {
	people := []string{"Ada Smith", "John Miller", "Maria Garcia", "Peter Wagner", "Anna Nowak", "Robert Brown", "Laura Rossi", "James Wilson"}
	reasons := []string{"Resigned to become a manager", "Moved on to work as a teacher", "Named as the new director", "To sit as a judge", "Left for another office", "Died while in office", "Gave up the seat", "Lost the confidence of colleagues", "Was not elected again"}
	d := classifyTable(state.ScanDeclaration{}, "T1", mustRules(t), sample{name: "c1", values: people}, sample{name: "c2", values: reasons})[1]
	if d.Found {
		t.Errorf("found %s %.2f: %q", d.Finding.Classifier, d.Finding.Score, d.Finding.Evidence)
	}
}

// What is sensitive in free text is found whatever the column's name, and numbers of orders, parcels and machines are not.
func TestSensitiveDataInFreeText(t *testing.T) {
	ssn := func(i int) string { return fmt.Sprintf("%03d-%02d-%04d", 100+i*7%500, 1+i%98, 1+i*37%9998) }
	card := luhnNumbers(150, "411111", 16, true)
	grouped := func(i int) string { c := card[i]; return c[:4] + " " + c[4:8] + " " + c[8:12] + " " + c[12:] }
	id := func(i, digits int) string { return fmt.Sprintf("%0*d", digits, 1+randomish(i)%999999937*7919)[:digits] }
	wide := func(i, digits int) string { return id(i, digits/2) + id(i+1000, digits-digits/2) }
	for _, tt := range []struct {
		name, text string
		with       func(i int) string
		found      bool
	}{
		{"notes", "Customer gave the SSN %s over the phone", ssn, true},
		{"body", "applicant says that %s is correct", ssn, true},
		{"message", "please charge %s for the room", func(i int) string { return card[i] }, true},
		{"message", "please charge %s for the room", grouped, true},
		{"comments", "please send the money to %s by Monday", func(i int) string { return fmt.Sprintf("DE89%s", wide(i, 18)) }, true},
		{"c1", "you can reach me on %s after six", func(i int) string { return "07" + id(i, 9) }, true},
		{"c2", "please ring %s about the heating", func(i int) string { return "0151 " + id(i, 8) }, true},
		{"c3", "the new number is %s from now on", func(i int) string { return "+44 20 " + id(i, 4) + " " + id(i+7, 4) }, true},
		{"remarks", "write to user%s@example.com about this", func(i int) string { return id(i, 5) }, true},

		{"notes", "order %s was sent out this morning", func(i int) string { return "4" + wide(i, 15) }, false},
		{"notes", "Invoice no. %s is still to be paid", func(i int) string { return "07" + id(i, 9) }, false},
		{"log", "2024-03-05 10:11:12 INFO worker finished request %s in 12 ms", func(i int) string { return wide(i, 18) }, false},
		{"log", "at %s the worker began with the next batch of work", func(i int) string { return "1700" + id(i, 9) }, false},
		{"log", "worker began at 2024-03-05T10:11:12.%sZ and ended well", func(i int) string { return id(i, 6) }, false},
		{"events", "parcel RR%sDE has arrived at the depot", func(i int) string { return id(i, 9) }, false},
		{"events", "tracking 1Z999AA1%s has left the depot", func(i int) string { return id(i, 10) }, false},
		{"events", "the parcel with %s on it has left the depot", func(i int) string { return "9400" + wide(i, 18) }, false},
		{"body", "see https://example.com/items/%s?ref=07123456789 for all that is known", func(i int) string { return "4" + wide(i, 15) }, false},
		{"body", "the ticket is at https://example.com/t?id=%s and waits", func(i int) string { return "0151" + id(i, 7) }, false},
		{"trace", "span %s of the trace was dropped by the collector", func(i int) string { return wide(i, 16) }, false},
		{"trace", "numbers such as %s are handed out one by one", func(i int) string { return wide(i, 16) }, false},
		{"notes", "a fine stay in room %s, we shall come again", func(i int) string { return id(i, 3) }, false},
		{"c4", "%s", func(i int) string { return "DE89 3704 0044 " + id(i, 4) + " " + id(i+9, 4) + " 00" }, false},
		{"review", "a fine stay in room %s, we shall come again", func(i int) string { return id(i, 3) }, false},
	} {
		t.Run(tt.name+" "+tt.text, func(t *testing.T) {
			values := make([]string, 150)
			for i := range values {
				values[i] = fmt.Sprintf(tt.text, tt.with(i))
			}
			d := classifyTable(state.ScanDeclaration{}, "T1", mustRules(t), sample{name: tt.name, values: values})[0]
			if d.Found != tt.found || tt.found && d.Finding.Classifier != "free_text" {
				t.Errorf("found %q %.2f, %q, closest %s %.2f", d.Finding.Classifier, d.Finding.Score, d.Finding.Evidence, d.RunnerUp, d.Score)
			}
		})
	}
}
