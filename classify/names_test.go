package classify

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	for in, want := range map[string]string{
		"firstName": "first name", "CUST_NM": "customer name", "HTTPPort2": "http port 2", "addr1": "address 1", "E-mail": "e email",
		"Straße": "strasse", "電話番号": "電話番号", "state/province": "state province", "": "", "__": "", "IPAddr": "ip address", "ÉTAT_CIVIL": "etat civil",
	} {
		if got := strings.Join(tokens(in), " "); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestPhrases(t *testing.T) {
	for _, tt := range []struct {
		phrase, name string
		want         bool
	}{
		{"first name", "FirstName", true}, {"first name", "firstname", true}, {"first name", "frst_nm", true}, {"first name", "name_first", false},
		{"ip", "shipping", false}, {"ip", "client_ip", true}, {"=name", "name", true}, {"=name", "name2", true}, {"=name", "file_name", false},
		{"card number", "CARD NO", true}, {"sin", "business", false}, {"numero compte", "NUMERO_COMPTE", true}, {"氏名", "氏名", true},
	} {
		if _, _, got := parsePhrase(tt.phrase).find(tokens(tt.name)); got != tt.want {
			t.Errorf("%q in %q: %v", tt.phrase, tt.name, got)
		}
	}
}

// Words beside the phrase change what a column is: a flag or hash of an e-mail address is no e-mail address.
func TestQualifiedNames(t *testing.T) {
	rules := mustRules(t)
	weight := func(classifier, name string) float64 {
		for i := range rules.list {
			if rules.list[i].Name == classifier {
				w, _ := rules.list[i].nameEvidence(rules.newEvidence(Column{Column: column("t", name)}, context{}, nil))
				return w
			}
		}
		t.Fatalf("no classifier is called %s", classifier)
		return 0
	}
	for _, tt := range []struct {
		classifier, name string
		says             bool
	}{
		{"email", "work_email", true}, {"email", "email_verified", false}, {"email", "is_email", false}, {"email", "EMAIL_HASH", false}, {"email", "email_id", true},
		{"city", "city_id", false}, {"phone", "phone_number", true}, {"phone", "phone_type", false}, {"us_ssn", "ssn_version", false}, {"ipv4", "firmware_ip_version", false},
		{"street_address", "email_address", false}, {"credit_card", "num_credit_cards", false}, {"date_of_birth", "GEB_DATUM", true}, {"full_name", "company_name", false},
	} {
		if got := weight(tt.classifier, tt.name) > 1; got != tt.says {
			t.Errorf("%s by %q: %v", tt.classifier, tt.name, got)
		}
	}
}
