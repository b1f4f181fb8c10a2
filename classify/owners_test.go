package classify

import (
	"testing"

	"github.com/polsync/polsync/state"
)

// Whose a column is does not make it a name; that it has somebody's name does.
func TestOwnersAreNotWhatIsTheirs(t *testing.T) {
	rules := mustRules(t)
	for name, want := range map[string]string{
		"beneficiary_city": "city", "contributor_zip": "postal_code", "emergency_contact_phone": "phone", "ville_beneficiaire": "city", "telefono_titular": "phone", "sender_email": "email",
		"applicant_occupation": "occupation", "recipient_name": "full_name", "emergency_contact": "full_name", "titular": "full_name", "contact_first_name": "first_name", "beneficiario": "full_name",
		"owner_type": "", "applicant_id": "",
	} {
		d := classifyTable(state.ScanDeclaration{Values: ValuesNames}, "T", rules, sample{name: name})[0]
		if d.Finding.Classifier != want {
			t.Errorf("%s: found %q, want %q (closest %s %.2f)", name, d.Finding.Classifier, want, d.RunnerUp, d.Score)
		}
	}
}

// Words such as provider say behind a type that it is not that, and before it whose it is.
func TestProvidersOfAndProvidersTheirs(t *testing.T) {
	rules := mustRules(t)
	for name, want := range map[string]string{"provider_first_name": "first_name", "email_provider": "", "source_email": "email", "email_source": "", "password_salt": "", "last_name_initial": "", "mail_city": "city", "passport_issue_date": ""} {
		d := classifyTable(state.ScanDeclaration{Values: ValuesNames}, "T", rules, sample{name: name})[0]
		if d.Finding.Classifier != want {
			t.Errorf("%s: found %q, want %q (closest %s %.2f)", name, d.Finding.Classifier, want, d.RunnerUp, d.Score)
		}
	}
}
