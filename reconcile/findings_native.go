package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/reconcile/plan"
	"github.com/polsync/polsync/state"
	"github.com/polsync/polsync/state/ledger"
)

// NativeScan is the name under which what a platform's own classification says is kept beside the findings of scans.
const NativeScan = "(native)"

// howNative is how such findings were looked at: not by polsync.
const howNative = "native"

// nativeTypes are the types that a platform's own classification may mean, the likeliest first, by what it says:
// Databricks by the key of a tag on the column, Snowflake by the value of its semantic category.
var nativeTypes = map[string][]string{
	"class.email_address": {"email"}, "class.phone_number": {"phone"}, "class.name": {"full_name", "first_name", "last_name"}, "class.location": {"street_address", "city", "state_region", "country", "postal_code", "latitude", "longitude", "geo_point"},
	"class.date_of_birth": {"date_of_birth"}, "class.age": {"age"}, "class.credit_card": {"credit_card"}, "class.iban_code": {"iban"}, "class.us_bank_number": {"bank_account"}, "class.us_ssn": {"us_ssn"}, "class.us_itin": {"us_itin"},
	"class.us_passport": {"passport"}, "class.passport": {"passport"}, "class.us_driver_license": {"drivers_license"}, "class.driver_license": {"drivers_license"}, "class.ip_address": {"ipv4", "ipv6"}, "class.url": {"url"}, "class.vin": {"vin"},
	"class.uk_nino": {"uk_nino"}, "class.uk_nhs": {"uk_nhs"}, "class.de_tax_id": {"de_tax_id"}, "class.de_svnr": {"de_svnr"}, "class.au_tfn": {"au_tfn"}, "class.au_medicare": {"au_medicare"}, "class.license_plate": {"license_plate"}, "class.mac_address": {"mac_address"},

	"EMAIL": {"email"}, "PHONE_NUMBER": {"phone"}, "NAME": {"full_name", "first_name", "last_name"}, "STREET_ADDRESS": {"street_address"}, "POSTAL_CODE": {"postal_code"}, "CITY": {"city"}, "ADMINISTRATIVE_AREA_1": {"state_region"},
	"ADMINISTRATIVE_AREA_2": {"state_region"}, "COUNTRY": {"country"}, "LATITUDE": {"latitude"}, "LONGITUDE": {"longitude"}, "LAT_LONG": {"geo_point"}, "DATE_OF_BIRTH": {"date_of_birth"}, "YEAR_OF_BIRTH": {"date_of_birth"}, "AGE": {"age"},
	"GENDER": {"gender"}, "ETHNICITY": {"ethnicity"}, "MARITAL_STATUS": {"marital_status"}, "OCCUPATION": {"occupation"}, "SALARY": {"salary"}, "PAYMENT_CARD": {"credit_card"}, "BANK_ACCOUNT": {"bank_account", "iban"}, "IP_ADDRESS": {"ipv4", "ipv6"},
	"PASSPORT": {"passport"}, "DRIVERS_LICENSE": {"drivers_license"}, "IMEI": {"imei"}, "VIN": {"vin"}, "URL": {"url"},
	"NATIONAL_IDENTIFIER": {"us_ssn", "uk_nino", "fr_nir", "es_nif", "de_svnr", "it_codice_fiscale", "in_aadhaar", "in_pan", "ca_sin", "nl_bsn", "pl_pesel", "se_personnummer", "sg_nric", "dk_cpr", "fi_hetu", "be_nrn", "ro_cnp", "bg_egn", "cz_rc", "hr_oib", "gr_amka", "ie_pps"},
	"TAX_IDENTIFIER":      {"us_itin", "org_tax_id", "de_tax_id", "fr_nif", "au_tfn", "pt_nif", "nz_ird"}, "MEDICARE_NUMBER": {"au_medicare"}, "MEDICAL_DATA": {"icd10"}, "ORGANIZATION_IDENTIFIER": {"org_tax_id"},
}

// nativeSays returns what the platform's own classification says by a tag on a column, "" where the tag is another.
func nativeSays(k state.Key, v state.Value) string {
	value, _ := v.(state.Text)
	switch {
	case k.Fact != state.FactTagged || k.On.Kind != state.KindColumn:
		return ""
	case strings.HasPrefix(k.With.Name, "class.") && k.With.Catalog == "":
		return k.With.Name
	case k.With.Catalog == "SNOWFLAKE" && k.With.Schema == "CORE" && k.With.Name == "SEMANTIC_CATEGORY":
		return string(value)
	}
	return ""
}

// nativeDetails are the types that the narrower words of Snowflake's classification mean.
var nativeDetails = map[string]string{
	"US_SSN": "us_ssn", "UK_NATIONAL_INSURANCE_NUMBER": "uk_nino", "FR_SSN": "fr_nir", "ES_DNI": "es_nif", "IN_PAN": "in_pan", "IN_AADHAAR": "in_aadhaar", "CA_SOCIAL_INSURANCE_NUMBER": "ca_sin", "NL_CITIZEN_SERVICE_NUMBER": "nl_bsn",
	"PL_NATIONAL_ID": "pl_pesel", "SE_NATIONAL_ID": "se_personnummer", "SG_NATIONAL_REGISTRATION_IDENTITY_CARD": "sg_nric", "AU_MEDICARE_NUMBER": "au_medicare", "US_TAX_IDENTIFIER": "us_itin", "AU_TAX_IDENTIFIER": "au_tfn",
	"DE_TAX_IDENTIFIER": "de_tax_id", "FR_TAX_IDENTIFIER": "fr_nif", "PT_TAX_IDENTIFIER": "pt_nif", "ICD_10_CODE": "icd10",
}

// How the evidence of such a finding begins: what the platform says, and its narrower word where it has one.
const (
	nativeSaysPrefix   = "the platform's own classification says "
	nativeDetailPrefix = "more closely "
)

// nativeFinding is what the platform says of a column, as a finding of the likeliest type it may mean.
func (r *Reconciler) nativeFinding(n connectors.Native) state.Finding {
	f := state.Finding{Platform: r.Name, Column: n.Column, Scan: NativeScan, How: howNative, Classifier: n.Says, Score: n.Score, Rules: howNative, Seen: r.now().UTC(), Evidence: []string{nativeSaysPrefix + n.Says}}
	if types := nativeTypes[n.Says]; len(types) > 0 {
		f.Classifier = types[0]
	}
	if n.Detail != "" && n.Detail != n.Says {
		f.Evidence = append(f.Evidence, nativeDetailPrefix+n.Detail)
		if narrow := nativeDetails[n.Detail]; narrow != "" {
			f.Classifier = narrow
		}
	}
	if n.How != "" {
		f.Evidence = append(f.Evidence, n.How)
	}
	return f
}

// native returns what a platform's own classification found, as findings: one for each column and type. Where it both
// keeps a result and set a tag, the result tells more.
func (r *Reconciler) native(actual *state.State, results []connectors.Native) []state.Finding {
	type said struct {
		column state.Securable
		what   string // a word of the platform's, or a type
	}
	seen := map[said]bool{}
	var all []state.Finding
	add := func(n connectors.Native) {
		f := r.nativeFinding(n)
		if !seen[said{f.Column, n.Says}] && !seen[said{f.Column, f.Classifier}] {
			seen[said{f.Column, n.Says}], seen[said{f.Column, f.Classifier}] = true, true
			all = append(all, f)
		}
	}
	for _, n := range results {
		if _, there := actual.Objects[n.Column]; there {
			add(n)
		}
	}
	for _, k := range actual.Keys() {
		if says := nativeSays(k, actual.Value(k)); says != "" {
			add(connectors.Native{Column: k.On, Says: says, Score: 1})
		}
	}
	return all
}

// nativeResults reads what the platform's own classification keeps, and says why where it could not be read.
func (r *Reconciler) nativeResults(ctx context.Context) ([]connectors.Native, *plan.Notice, error) {
	keeps, ok := r.Platform.(connectors.NativeClassifier)
	if !ok {
		return nil, nil, nil
	}
	results, err := keeps.Native(ctx, connectors.Scope{})
	switch {
	case err == nil:
		return results, nil, nil
	case ctx.Err() != nil:
		return nil, nil, err
	}
	return nil, &plan.Notice{Level: plan.Info, Text: fmt.Sprintf("what the platform's own classification found stays as it was last read: %v", err)}, nil
}

// keepNative puts what the platform's own classification says into the store, and takes out what it says no more. What
// could not be read stays; the notice, if any, says why.
func (r *Reconciler) keepNative(ctx context.Context, in plan.Input) (*plan.Notice, error) {
	before, err := r.Store.Findings(ctx, ledger.FindingFilter{Platform: r.Name, Scan: NativeScan})
	if err != nil {
		return nil, fmt.Errorf("%s: read what the platform's own classification said: %w", r.Name, err)
	}
	results, unread, err := r.nativeResults(ctx)
	if err != nil {
		return nil, err
	}
	result := ledger.ScanResult{Platform: r.Name, Scan: NativeScan, Rules: howNative, Findings: r.native(in.Actual, results)}
	if len(result.Findings) == 0 && len(before) == 0 {
		return unread, nil
	}
	if unread != nil {
		result.Findings = withResults(result.Findings, before)
	}
	said := map[state.Securable]bool{}
	for _, f := range result.Findings {
		said[f.Column] = true
	}
	looked := map[state.Securable]bool{}
	for _, f := range append(slices.Clone(result.Findings), before...) {
		tagsUnread := in.Actual.UnknownReason(state.Key{Fact: state.FactTagged, On: f.Column}) != ""
		if looked[f.Column] || tagsUnread && !said[f.Column] {
			continue
		}
		looked[f.Column] = true
		result.Looks = append(result.Looks, ledger.Look{Column: f.Column, How: howNative, At: r.now()})
	}
	if err := r.Store.PutFindings(ctx, result); err != nil {
		return nil, fmt.Errorf("%s: keep what the platform's own classification says: %w", r.Name, err)
	}
	return unread, nil
}

// withResults returns what tags say, and what was last read of results, which cannot be read now and tell more.
func withResults(tags, before []state.Finding) []state.Finding {
	all := slices.DeleteFunc(slices.Clone(before), func(f state.Finding) bool { return len(f.Evidence) < 2 }) // a tag's
	for _, t := range tags {
		if !slices.ContainsFunc(all, func(f state.Finding) bool { return f.Column == t.Column && f.Classifier == t.Classifier }) {
			all = append(all, t)
		}
	}
	return all
}

// differing returns, for a finding of a scan, what the platform's own classification says instead; "" where it agrees
// or says nothing.
func differing(f state.Finding, native []state.Finding) string {
	says := ""
	for _, n := range native {
		if n.Column != f.Column {
			continue
		}
		said := strings.TrimPrefix(n.Evidence[0], nativeSaysPrefix)
		wide := nativeTypes[said]
		if len(n.Evidence) > 1 && strings.HasPrefix(n.Evidence[1], nativeDetailPrefix) {
			said = strings.TrimPrefix(n.Evidence[1], nativeDetailPrefix)
			if nativeDetails[said] != "" {
				wide = nil // it is known which one is meant
			}
		}
		if n.Classifier == f.Classifier || slices.Contains(wide, f.Classifier) {
			return ""
		}
		says = said
	}
	return says
}
