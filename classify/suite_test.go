package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/polsync/polsync/state"
)

func TestSuiteIsValid(t *testing.T) {
	if err := Validate(Suite()); err != nil {
		t.Fatal(err)
	}
	for _, s := range shapes {
		if err := portable(s.Check.Pattern); err != nil {
			t.Errorf("%s: %v", s.Check.Name, err)
		}
	}
	if n := len(Suite()); n < 80 {
		t.Errorf("%d classifiers", n)
	}
}

func TestValidateRefuses(t *testing.T) {
	good := Classifier{Name: "a", Doc: "d", Version: 1, Class: ClassPII, Family: "f", Names: []string{"a"}}
	with := func(change func(*Classifier)) []Classifier {
		c := good
		change(&c)
		return []Classifier{c}
	}
	if err := Validate([]Classifier{good}); err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string][]Classifier{
		"two of one name":  {good, good},
		"upper-case name":  with(func(c *Classifier) { c.Name = "A" }),
		"no doc":           with(func(c *Classifier) { c.Doc = "" }),
		"nothing to go by": with(func(c *Classifier) { c.Names = nil }),
		"phrase in upper":  with(func(c *Classifier) { c.Hints = []string{"Name"} }),
		"anchor":           with(func(c *Classifier) { c.Tests = []Test{loose(Check{Name: "x", Pattern: "^a"})} }),
		"backslash class":  with(func(c *Classifier) { c.Tests = []Test{loose(Check{Name: "x", Pattern: `\d`})} }),
		"bracket in class": with(func(c *Classifier) { c.Tests = []Test{loose(Check{Name: "x", Pattern: `[a[]`})} }),
		"no such checksum": with(func(c *Classifier) { c.Tests = []Test{loose(Check{Name: "x", Checksum: "y"})} }),
		"unsorted words":   with(func(c *Classifier) { c.Tests = []Test{loose(Check{Name: "x", Words: []string{"b", "a"}})} }),
		"share of nothing": with(func(c *Classifier) { c.Tests = []Test{sum(Check{Name: "x"}, "y", 0.1)} }),
		"one name, two checks": with(func(c *Classifier) {
			c.Tests = []Test{loose(Check{Name: "x", MinLen: 1}), loose(Check{Name: "x"})}
		}),
	} {
		if Validate(list) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// values has, for checks by name, values that match and near misses that do not.
var values = map[string]struct{ match, miss []string }{
	"email":             {[]string{"a.b+c@example.co.uk", "o'neil@example.org"}, []string{"a@b", "@scope/pkg@1.2.3", "git@github.com:a/b.git", "a b@example.com"}},
	"phone.marked":      {[]string{"+33 6 12 34 56 78", "(415) 555-0132", "+49 (0)30 901820", "+14155550132"}, []string{"2021-04-05", "10.0.0.1", "12345", "+1"}},
	"phone.dashed":      {[]string{"415-555-0132", "415.555.0132 x12"}, []string{"115-555-0132", "415-55-0132", "2021-04-05"}},
	"street.word":       {[]string{"12 Main Street", "309 63rd St. #411", "Wannseestr. 876", "4 rue de la Paix", "Via Roma 12"}, []string{"Main Street", "12", "Street 12 items"}},
	"postal_code":       {[]string{"94025", "94025-1234", "SW1A 1AA", "1234 AB", "00-950", "K1A 0B1"}, []string{"12", "12345678", "ABCDE"}},
	"latitude":          {[]string{"-37.8136", "90", "0.1"}, []string{"90.5", "123.4", "N37"}},
	"longitude":         {[]string{"144.9631", "-180", "7"}, []string{"180.1", "200", "E144"}},
	"geo_point":         {[]string{"(40.5, -81.4)", "POINT(-81.4 40.5)", "40.5,-81.4"}, []string{"40.5", "40,81", "(a, b)"}},
	"url":               {[]string{"https://example.com/a?b=c", "ftp://host"}, []string{"example.com", "https:// x", "http"}},
	"credit_card":       {[]string{"4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005"}, []string{"4111111111111112", "1234567812345670", "41111111"}},
	"iban":              {[]string{"GB82 WEST 1234 5698 7654 32", "de89370400440532013000"}, []string{"GB82WEST12345698765433", "RF18539007547034", "DE98ZZZ09999999999"}},
	"swift_bic":         {[]string{"DEUTDEFF", "NEDSZAJJXXX"}, []string{"DEUTQQFF", "DEUTDEF", "ABCDEFGHIJ"}},
	"crypto_wallet":     {[]string{"0x52908400098527886E0F7030069857D2E4169EE7", "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"}, []string{"0x1234", "52908400098527886E0F7030069857D2E4169EE7"}},
	"vin":               {[]string{"1M8GDM9AXKP042788", "1m8gdm9axkp042788"}, []string{"1M8GDM9A1KP042788", "1M8GDM9AXKP04278", "IM8GDM9AXKP042788"}},
	"routing_number":    {[]string{"021000021"}, []string{"021000022", "991000021"}},
	"us_ssn":            {[]string{"536-22-1234"}, []string{"000-22-1234", "666-22-1234", "900-22-1234", "536-00-1234", "536-22-0000", "536221234"}},
	"us_itin":           {[]string{"912-70-1234"}, []string{"812-70-1234", "912-10-1234"}},
	"uk_nino":           {[]string{"AB123456C", "ab 12 34 56 c"}, []string{"DB123456C", "AB12345C", "AB123456E"}},
	"es_nif":            {[]string{"12345678Z", "X1234567L"}, []string{"12345678A", "1234567Z"}},
	"it_codice_fiscale": {[]string{"RSSMRA85T10A562S"}, []string{"RSSMRA85T10A562T", "RSSMRA85Z10A562S"}},
	"in_pan":            {[]string{"ABCPE1234F"}, []string{"ABCDE1234F", "ABCPE123F"}},
	"ipv4":              {[]string{"10.0.0.1", "255.255.255.255"}, []string{"256.0.0.1", "10.0.0", "1.2.3.4.5", "01.2.3.4"}},
	"ipv6":              {[]string{"2001:db8::1", "fe80::1%eth0", "1:2:3:4:5:6:7:8"}, []string{"12:34:56", "::g", "1:2:3:4:5:6:7:8:9"}},
	"mac_address":       {[]string{"00:1A:2b:3C:4d:5E", "00-1A-2B-3C-4D-5E", "001a.2b3c.4d5e"}, []string{"00:1A:2B:3C:4D", "00:1A-2B:3C-4D:5E", "001A2B3C4D5E"}},
	"imei":              {[]string{"490154203237518"}, []string{"490154203237519", "49015420323751"}},
	"jwt":               {[]string{"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abc-_1"}, []string{"eyJhbGciOiJIUzI1NiJ9", "abc.def.ghi"}},
	"private_key":       {[]string{"-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----"}, []string{"-----BEGIN PUBLIC KEY-----\nabc", "PRIVATE KEY"}},
	"connection_string": {[]string{"postgres://u:p@h:5432/db", "Server=h;Password=x;"}, []string{"https://example.com", "postgres://h/db"}},
	"password_hash":     {[]string{"$2b$12$abcdefghijklmnopqrstuv", "{SSHA}RhU5WSvvI3fhhQ3lUkAWeQTL9pFG", "scrypt:32768:8:1$abcdefghij$0123456789abcdef0123"}, []string{"$2b$12$", "$100.00 for the whole lot today"}},
	"npi":               {[]string{"1234567893"}, []string{"1234567890", "3234567893"}},
	"us_mbi":            {[]string{"1EG4-TE5-MK73"}, []string{"0EG4TE5MK73", "1SG4TE5MK73"}},
	"icd10.dotted":      {[]string{"I50.9", "z01.419"}, []string{"A63", "U50.9", "50.9"}},
	"dea_number":        {[]string{"AB1234563"}, []string{"AB1234564", "IB1234563"}},
	"date_of_birth":     {[]string{"1980-02-29", "4/21/1958", "1980", "12 Mar 1980"}, []string{"1880-01-01", "2021-04-05 10:11:12", "19:30"}},
	"age":               {[]string{"0", "42", "119"}, []string{"120", "-1", "042"}},
	"gender":            {[]string{"F", "male", "Non-Binary"}, []string{"visa", "yes"}},
	"name.comma":        {[]string{"Lovelace, Ada"}, []string{"Ada Lovelace", "a, b, c"}},
	"shape.uuid":        {[]string{"a1cd4415-b3cb-40f0-9bf0-1c5f6a0a0b11"}, []string{"a1cd4415b3cb40f09bf01c5f6a0a0b11"}},
	"shape.hash":        {[]string{"d41d8cd98f00b204e9800998ecf8427e"}, []string{"d41d8cd98f00b204e9800998ecf8427", "z41d8cd98f00b204e9800998ecf8427e"}},
	"shape.json":        {[]string{`{"k": "v", "n": 1}`}, []string{"{a}", "k: v"}},
	"mac_address.bare":  {[]string{"001a2b3c4d5e", "001A2B3C4D5E"}, []string{"001a2B3c4d5e", "001a2b3c4d5", "001a2b3c4d5g"}},
	"card_expiry":       {[]string{"08/26", "08.2026", "1026", "2026-08", "Jul-23"}, []string{"13/26", "0826.5", "x/26"}},
	"salary":            {[]string{"5.444,32 €", "CHF 5'400.00", "55000", "$56,000"}, []string{"5.444 pieces", "1-2", "€"}},
	"ca_sin.never":      {[]string{"046 454 286", "812345678"}, []string{"130692544"}},
	"shape.masked":      {[]string{"XXXX-1234", "j***@example.com"}, []string{"Maxx", "a*b"}},
}

func TestChecksMatchAndNearlyMiss(t *testing.T) {
	checks := suiteChecks()
	for name, v := range values {
		at := slices.IndexFunc(checks, func(c Check) bool { return c.Name == name })
		if at < 0 {
			t.Errorf("no check is called %s", name)
			continue
		}
		for _, s := range v.match {
			if !checks[at].Match(s) {
				t.Errorf("%s does not match %q", name, s)
			}
		}
		for _, s := range v.miss {
			if checks[at].Match(s) {
				t.Errorf("%s matches %q", name, s)
			}
		}
	}
}

// Every personal number's own pattern must take the example its checksum takes.
func TestNationalNumbersTakeTheirExamples(t *testing.T) {
	examples := map[string]string{"ca_sin": "130692544", "za_id": "7503305044089", "gr_amka": "01013099997", "ch_ahv": "756.9217.0769.85", "cz_rc": "710319/2745", "pt_nif": "123456789", "il_id": "039337423"}
	for _, n := range nationalIDs {
		text, ok := examples[n.name]
		if !ok {
			text = validNumbers[n.checksum]
		}
		if n.checksum == "" {
			continue
		}
		c := Check{Form: n.form, Pattern: n.pattern, Checksum: n.checksum, MinLen: 8, MaxLen: 24}
		if !c.Match(text) {
			t.Errorf("%s does not take %q", n.name, text)
		}
	}
}

// Each phrase that says a type plainly must say that type, and not another's louder: the names alone decide.
func TestPlainNamesSayTheirType(t *testing.T) {
	// These mean two things: a Spanish or a Portuguese number, a longitude or a Swedish pay.
	shared := map[string]bool{"nif": true, "lon": true}
	rules := mustRules(t)
	for _, c := range Suite() {
		for _, name := range c.Names {
			if shared[name] {
				continue
			}
			s := sample{name: strings.ReplaceAll(strings.TrimPrefix(name, "="), " ", "_"), family: state.FamilyString}
			d := classifyTable(state.ScanDeclaration{Values: ValuesNames}, "CUSTOMERS", rules, s)[0]
			if d.Finding.Classifier != c.Name {
				t.Errorf("%s by %q: found %q, %s", c.Name, name, d.Finding.Classifier, d.Passed)
			}
		}
	}
}
