package reconcile

import (
	"context"
	"fmt"
	"slices"
	"strings"

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

// native returns what a platform's own classification found, as findings of the types it may mean.
func (r *Reconciler) native(actual *state.State) []state.Finding {
	var all []state.Finding
	for _, k := range actual.Keys() {
		says := nativeSays(k, actual.Value(k))
		if says == "" {
			continue
		}
		f := state.Finding{Platform: r.Name, Column: k.On, Scan: NativeScan, How: howNative, Classifier: says, Score: 1, Rules: howNative, Seen: r.now().UTC(), Evidence: []string{"the platform's own classification says " + says}}
		if types := nativeTypes[says]; len(types) > 0 {
			f.Classifier = types[0]
		}
		all = append(all, f)
	}
	return all
}

// keepNative puts what the platform's own classification says into the store, and takes out what it says no more. What
// could not be read stays.
func (r *Reconciler) keepNative(ctx context.Context, in plan.Input) error {
	before, err := r.Store.Findings(ctx, ledger.FindingFilter{Platform: r.Name, Scan: NativeScan})
	if err != nil {
		return fmt.Errorf("%s: read what the platform's own classification said: %w", r.Name, err)
	}
	result := ledger.ScanResult{Platform: r.Name, Scan: NativeScan, Rules: howNative, Findings: r.native(in.Actual)}
	if len(result.Findings) == 0 && len(before) == 0 {
		return nil
	}
	looked := map[state.Securable]bool{}
	for _, f := range append(slices.Clone(result.Findings), before...) {
		unread := in.Actual.UnknownReason(state.Key{Fact: state.FactTagged, On: f.Column}) != ""
		if looked[f.Column] || unread && !slices.ContainsFunc(result.Findings, func(n state.Finding) bool { return n.Column == f.Column }) {
			continue
		}
		looked[f.Column] = true
		result.Looks = append(result.Looks, ledger.Look{Column: f.Column, How: howNative, At: r.now()})
	}
	if err := r.Store.PutFindings(ctx, result); err != nil {
		return fmt.Errorf("%s: keep what the platform's own classification says: %w", r.Name, err)
	}
	return nil
}

// differing returns, for a finding of a scan, what the platform's own classification says instead; "" where it agrees
// or says nothing.
func differing(f state.Finding, native []state.Finding) string {
	says := ""
	for _, n := range native {
		if n.Column != f.Column {
			continue
		}
		said := strings.TrimPrefix(n.Evidence[0], "the platform's own classification says ")
		if n.Classifier == f.Classifier || slices.Contains(nativeTypes[said], f.Classifier) {
			return ""
		}
		says = said
	}
	return says
}
