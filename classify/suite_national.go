package classify

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// nationalID describes a personal number of one country: its form, its checksum ("" for none) and how often a random
// number of the form passes it. Strict forms prove the type without checksum or name.
type nationalID struct {
	name, doc string
	names     []string
	hints     []string
	form      Form
	pattern   string
	checksum  string
	chance    float64
	strict    float64 // weight of the form itself
	digits    bool    // digits only: may stand in a number column
	marked    string  // what some of the numbers have, if written with separators or not, that others of the form lack
	needsName bool    // too many other numbers look the same
	class     Class
}

// Generic words for a personal number: the values decide whose.
var nationalHints = []string{"national id", "national number", "id number", "personal number", "personal id", "tax number", "tax id", "=tin", "fiscal", "steuer", "national identifier", "citizen id", "identity number", "number identidad"}

// classifier turns the description into a Classifier. The form is loose evidence, or as strong as it is strict; the
// checksum is counted of the values that have the form.
func (n nationalID) classifier() Classifier {
	c := Classifier{Name: n.name, Doc: n.doc, Version: 1, Class: n.class, Family: "national_id", Names: n.names, Hints: slices.Concat(n.hints, nationalHints), Numbered: true, NeedsName: n.needsName}
	if n.class == "" {
		c.Class = ClassPII
	} else if n.class == ClassPHI {
		c.Family = "health"
	}
	if n.digits {
		c.Types = []state.Family{state.FamilyNumber}
	}
	base := Check{Name: n.name + ".form", Form: n.form, MinLen: 8, MaxLen: 24, Pattern: n.pattern}
	if n.checksum == "" {
		base.Name = n.name
		c.Tests = []Test{{Check: base, Chance: 0.3, Full: 0.85, For: 1 + n.strict, Against: 5}}
		return c
	}
	with := base
	with.Name, with.Checksum = n.name, n.checksum
	c.Tests = []Test{{Check: base, Chance: 0.3, Full: 0.8, For: 1 + n.strict, Against: 4}, sum(with, base.Name, n.chance)}
	if n.name == "ca_sin" {
		c.Tests = append(c.Tests, Test{Check: Check{Name: "ca_sin.never", Form: FormDigits, MinLen: 8, MaxLen: 24, Pattern: `[08][0-9]{8}`}, Chance: 0.05, Full: 0.15, For: -5})
	}
	if n.marked != "" {
		c.Tests = append(c.Tests, Test{Check: Check{Name: n.name + ".marked", Form: FormUpper, MinLen: 8, MaxLen: 24, Pattern: n.marked}, Chance: 0.01, Full: 0.06, For: 1, Against: 4})
	}
	return c
}

const (
	yymmdd = `[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])`
	ddmmyy = `(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}`
)

// nationalIDs is in the order of the taxonomy.
var nationalIDs = []nationalID{
	{name: "us_itin", doc: "US individual taxpayer numbers", names: []string{"itin"}, pattern: `9[0-9]{2}[- ]?(5[0-9]|6[0-5]|7[0-9]|8[0-8]|9[0-24-9])[- ]?[0-9]{4}`, strict: 3.5, digits: true},
	{name: "uk_nino", doc: "UK national insurance numbers", names: []string{"nino", "ni number", "national insurance", "national insurance number"}, form: FormAlnum, pattern: `[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][0-9]{6}[A-D]`, strict: 6},
	{name: "uk_nhs", doc: "UK National Health Service numbers", names: []string{"nhs", "nhs number"}, form: FormDigits, pattern: `[0-9]{10}`, checksum: "nhs", chance: 0.09, digits: true, class: ClassPHI},
	{name: "de_tax_id", doc: "German tax identification numbers", names: []string{"steuer id", "steuerid", "steueridentifikationsnummer", "steuernummer", "idnr", "steuer identifier"}, form: FormDigits, pattern: `[1-9][0-9]{10}`, checksum: "de_tax_id", chance: 0.003, digits: true},
	{name: "de_svnr", doc: "German social insurance numbers", names: []string{"svnr", "sv nummer", "sozialversicherungsnummer", "rvnr", "rentenversicherungsnummer", "sv nr"}, form: FormAlnum, pattern: `[0-9]{2}(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[A-Z][0-9]{3}`, checksum: "de_svnr", chance: 0.1, strict: 3},
	{name: "fr_nir", doc: "French social security numbers", names: []string{"nir", "number secu", "securite sociale", "insee"}, form: FormAlnum, pattern: `[12][0-9]{4}([0-9]{2}|2[AB])[0-9]{8}`, checksum: "fr_nir", chance: 0.01, digits: true},
	{name: "fr_nif", doc: "French tax numbers", names: []string{"spi", "number fiscal", "reference fiscale"}, form: FormDigits, pattern: `[0-3][0-9]{12}`, checksum: "fr_nif", chance: 0.002, digits: true},
	{name: "es_nif", doc: "Spanish DNI and NIE", names: []string{"dni", "nie", "nif", "dni nie"}, form: FormAlnum, pattern: `([0-9]{8}|[XYZ][0-9]{7})[A-HJ-NP-TV-Z]`, checksum: "es_nif", chance: 0.045, strict: 1},
	{name: "it_codice_fiscale", doc: "Italian codice fiscale", names: []string{"codice fiscale", "cod fiscale", "=cf"}, form: FormAlnum, pattern: `[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPR-T][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]`, checksum: "it_cf", chance: 0.04, strict: 5},
	{name: "br_cpf", doc: "Brazilian CPF", names: []string{"cpf"}, form: FormDigits, pattern: `[0-9]{11}`, checksum: "br_cpf", chance: 0.01, digits: true},
	{name: "in_aadhaar", doc: "Indian Aadhaar numbers", names: []string{"aadhaar", "aadhar", "uid number", "uidai"}, form: FormDigits, pattern: `[2-9][0-9]{11}`, checksum: "verhoeff", chance: 0.08, digits: true},
	{name: "in_pan", doc: "Indian permanent account numbers", names: []string{"pan card", "pan number"}, hints: []string{"=pan"}, form: FormAlnum, pattern: `[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]`, strict: 5.5},
	{name: "ca_sin", doc: "Canadian social insurance numbers", names: []string{"sin", "social insurance number", "sin number"}, form: FormDigits, pattern: `[1-79][0-9]{8}`, checksum: "luhn", chance: 0.1, digits: true},
	{name: "au_tfn", doc: "Australian tax file numbers", names: []string{"tfn", "tax file number"}, form: FormDigits, pattern: `[0-9]{9}`, checksum: "au_tfn", chance: 0.09, digits: true},
	{name: "au_medicare", doc: "Australian Medicare numbers", names: []string{"medicare", "medicare number"}, form: FormDigits, pattern: `[2-6][0-9]{9,10}`, checksum: "au_medicare", chance: 0.1, digits: true, class: ClassPHI},
	{name: "nl_bsn", doc: "Dutch citizen service numbers", names: []string{"bsn", "burgerservicenummer", "sofinummer", "bsn number"}, form: FormDigits, pattern: `[0-9]{9}`, checksum: "nl_bsn", chance: 0.09, digits: true},
	{name: "pl_pesel", doc: "Polish PESEL", names: []string{"pesel"}, form: FormDigits, pattern: `[0-9]{2}([02468][1-9]|[13579][0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{5}`, checksum: "pl_pesel", chance: 0.1, strict: 1.5, digits: true},
	{name: "se_personnummer", doc: "Swedish personal numbers", names: []string{"personnummer", "personnr", "person nummer", "pnr se", "person nr"}, pattern: `(19|20)?[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01])[-+]?[0-9]{4}`, checksum: "luhn_last10", chance: 0.1, strict: 1.5, digits: true},
	{name: "no_fodselsnummer", doc: "Norwegian birth numbers", names: []string{"fodselsnummer", "fnr", "fodsels nummer"}, form: FormDigits, pattern: `(0[1-9]|[12][0-9]|3[01]|4[1-9]|[56][0-9]|7[01])(0[1-9]|1[0-2]|4[1-9]|5[0-2]|8[1-9]|9[0-2])[0-9]{7}`, checksum: "no_fnr", chance: 0.01, strict: 1, digits: true},
	{name: "dk_cpr", doc: "Danish CPR numbers", names: []string{"cpr", "cpr number", "cprnr"}, pattern: ddmmyy + `-?[0-9]{4}`, strict: 1, digits: true},
	{name: "fi_hetu", doc: "Finnish personal identity codes", names: []string{"hetu", "henkilotunnus"}, form: FormUpper, pattern: ddmmyy + `[-+A-FU-Y][0-9]{3}[0-9A-FHJ-NPR-Y]`, checksum: "fi_hetu", chance: 0.03, strict: 4},
	{name: "be_nrn", doc: "Belgian national numbers", names: []string{"rijksregisternummer", "registre national", "niss", "insz"}, form: FormDigits, pattern: `[0-9]{11}`, checksum: "be_nrn", chance: 0.02, digits: true},
	{name: "pt_nif", doc: "Portuguese tax numbers", names: []string{"nif", "contribuinte"}, form: FormDigits, pattern: `[1-35689][0-9]{8}`, checksum: "pt_nif", chance: 0.09, digits: true},
	{name: "ch_ahv", doc: "Swiss social insurance numbers", names: []string{"ahv", "ahv number", "avs", "ahvnr"}, form: FormDigits, pattern: `756[0-9]{10}`, checksum: "ean13", chance: 0.1, strict: 4, digits: true},
	{name: "mx_curp", doc: "Mexican CURP", names: []string{"curp"}, form: FormAlnum, pattern: `[A-Z][AEIOUX][A-Z]{2}` + yymmdd + `[HMX][A-Z]{2}[B-DF-HJ-NP-TV-Z]{3}[0-9A-Z][0-9]`, checksum: "mx_curp", chance: 0.1, strict: 6},
	{name: "mx_rfc", doc: "Mexican RFC", names: []string{"rfc"}, form: FormAlnum, pattern: `[A-Z]{4}` + yymmdd + `[A-Z0-9]{3}`, strict: 4},
	{name: "cl_rut", doc: "Chilean RUT", names: []string{"rut", "run"}, form: FormAlnum, pattern: `[0-9]{7,8}[0-9K]`, checksum: "cl_rut", chance: 0.09, marked: `[0-9]{1,2}[.]?[0-9]{3}[.]?[0-9]{3}(-[0-9K]|K)`},
	{name: "ar_cuit", doc: "Argentine CUIT and CUIL", names: []string{"cuit", "cuil"}, form: FormDigits, pattern: `(20|23|24|25|26|27|30|33|34)[0-9]{9}`, checksum: "ar_cuit", chance: 0.09, digits: true},
	{name: "kr_rrn", doc: "Korean resident registration numbers", names: []string{"rrn", "resident registration"}, form: FormDigits, pattern: yymmdd + `[0-9]{7}`, checksum: "kr_rrn", chance: 0.09, strict: 0.5, digits: true},
	{name: "cn_ric", doc: "Chinese resident identity numbers", names: []string{"shenfenzheng", "resident id", "身份证"}, form: FormUpper, pattern: `[1-9][0-9]{5}(19|20)` + yymmdd + `[0-9]{3}[0-9X]`, checksum: "cn_ric", chance: 0.09, strict: 4, digits: true},
	{name: "jp_my_number", doc: "Japanese individual numbers", names: []string{"my number", "個人番号", "マイナンバー", "kojin bango"}, form: FormDigits, pattern: `[0-9]{12}`, checksum: "jp_my_number", chance: 0.1, digits: true},
	{name: "sg_nric", doc: "Singapore NRIC and FIN", names: []string{"nric", "nric fin"}, form: FormUpper, pattern: `[STFGM][0-9]{7}[A-Z]`, checksum: "sg_nric", chance: 0.04, strict: 1},
	{name: "za_id", doc: "South African identity numbers", names: []string{"sa id", "rsa id"}, form: FormDigits, pattern: yymmdd + `[0-9]{4}[0-2][0-9]{2}`, checksum: "luhn", chance: 0.1, strict: 1.5, digits: true},
	{name: "tr_tckn", doc: "Turkish identity numbers", names: []string{"tckn", "tc kimlik"}, form: FormDigits, pattern: `[1-9][0-9]{10}`, checksum: "tr_tckn", chance: 0.01, digits: true},
	{name: "hk_hkid", doc: "Hong Kong identity cards", names: []string{"hkid"}, form: FormAlnum, pattern: `[A-Z]{1,2}[0-9]{6}[0-9A]`, checksum: "hk_hkid", chance: 0.09, strict: 0.5},
	{name: "tw_id", doc: "Taiwanese identity numbers", names: []string{"taiwan id"}, form: FormUpper, pattern: `[A-Z][1289][0-9]{8}`, checksum: "tw_id", chance: 0.1, strict: 1},
	{name: "il_id", doc: "Israeli identity numbers", names: []string{"teudat zehut", "mispar zehut"}, form: FormDigits, pattern: `[0-9]{9}`, checksum: "luhn", chance: 0.1, digits: true, needsName: true},
	{name: "ro_cnp", doc: "Romanian CNP", names: []string{"cnp"}, form: FormDigits, pattern: `[1-9]` + yymmdd + `[0-9]{6}`, checksum: "ro_cnp", chance: 0.1, strict: 1.5, digits: true},
	{name: "bg_egn", doc: "Bulgarian EGN", names: []string{"egn"}, form: FormDigits, pattern: `[0-9]{2}([024][1-9]|[135][0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{4}`, checksum: "bg_egn", chance: 0.1, strict: 1, digits: true},
	{name: "cz_rc", doc: "Czech and Slovak birth numbers", names: []string{"rodne cislo", "rodnecislo"}, form: FormDigits, pattern: `[0-9]{2}([0257][1-9]|[1368][0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3,4}`, checksum: "div11", chance: 0.1, strict: 0.5, digits: true},
	{name: "hr_oib", doc: "Croatian OIB", names: []string{"oib"}, form: FormDigits, pattern: `[0-9]{11}`, checksum: "mod11_10", chance: 0.1, digits: true},
	{name: "gr_amka", doc: "Greek AMKA", names: []string{"amka"}, form: FormDigits, pattern: ddmmyy + `[0-9]{5}`, checksum: "luhn", chance: 0.1, strict: 1, digits: true},
	{name: "ie_pps", doc: "Irish PPS numbers", names: []string{"pps", "ppsn", "pps number"}, form: FormUpper, pattern: `[0-9]{7}[A-W][A-IW]?`, checksum: "ie_pps", chance: 0.045, strict: 0.5},
	{name: "th_pin", doc: "Thai identity numbers", names: []string{"thai id"}, form: FormDigits, pattern: `[1-8][0-9]{12}`, checksum: "th_pin", chance: 0.085, digits: true},
	{name: "my_nric", doc: "Malaysian identity numbers", names: []string{"mykad"}, form: FormDigits, pattern: yymmdd + `[0-9]{6}`, digits: true, needsName: true},
	{name: "id_nik", doc: "Indonesian identity numbers", names: []string{"nik", "ktp"}, form: FormDigits, pattern: `[1-9][0-9]{5}(0[1-9]|[12][0-9]|3[01]|4[1-9]|[56][0-9]|7[01])(0[1-9]|1[0-2])[0-9]{6}`, digits: true, needsName: true},
	{name: "nz_ird", doc: "New Zealand tax numbers", names: []string{"ird", "ird number"}, form: FormDigits, pattern: `[1-9][0-9]{7,8}`, checksum: "nz_ird", chance: 0.09, digits: true, needsName: true},
	{name: "ru_inn", doc: "Russian personal tax numbers", names: []string{"inn"}, form: FormDigits, pattern: `[0-9]{12}`, checksum: "ru_inn", chance: 0.01, digits: true},
	{name: "ru_snils", doc: "Russian pension insurance numbers", names: []string{"snils"}, form: FormDigits, pattern: `[0-9]{11}`, checksum: "ru_snils", chance: 0.01, digits: true},
	{name: "ua_rnokpp", doc: "Ukrainian taxpayer numbers", names: []string{"rnokpp"}, form: FormDigits, pattern: `[0-9]{10}`, checksum: "ua_rnokpp", chance: 0.1, digits: true, needsName: true},
	{name: "pk_cnic", doc: "Pakistani identity numbers", names: []string{"cnic"}, pattern: `[1-7][0-9]{4}-[0-9]{7}-[0-9]`, strict: 6},
}

const ssnValid = `(00[1-9]|0[1-9][0-9]|[1-578][0-9]{2}|6[0-57-9][0-9]|66[0-57-9])`

// nationalSuite recognises personal numbers and documents.
func nationalSuite() []Classifier {
	list := []Classifier{{Name: "us_ssn", Doc: "US social security numbers", Version: 1, Class: ClassPII, Family: "national_id", Numbered: true, Types: integer,
		Names: []string{"ssn", "social security", "social security number", "soc sec", "ss number", "social sec"}, Hints: []string{"tax id", "tax number", "=tin", "national id"}, Not: []string{"order", "invoice"},
		Tests: []Test{
			{Check: Check{Name: "us_ssn.form", MinLen: 9, MaxLen: 11, Pattern: `[0-9]{3}-?[0-9]{2}-?[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}`}, Chance: 0.15, Full: 0.45, For: 1, Against: 5},
			{Check: Check{Name: "us_ssn", MinLen: 11, MaxLen: 11, Pattern: ssnValid + `[- ](0[1-9]|[1-9][0-9])[- ](000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})`}, Of: "us_ssn.form", Chance: 0.93, Full: 0.99, For: 5}}}}
	for _, n := range nationalIDs {
		list = append(list, n.classifier())
	}
	return append(list,
		Classifier{Name: "passport", Doc: "passport numbers", Version: 1, Class: ClassPII, Family: "id_document", NeedsName: true, Numbered: true, Types: integer,
			Names: []string{"passport", "passport number", "ppt", "pasaporte", "passaporte", "passeport", "reisepass", "passnummer", "ausweisnummer", "personalausweis", "passaporto", "carta identita", "paspoort", "pass number", "paszport", "パスポート", "旅券"},
			Not:   []string{"passport country", "passport expiry", "issue date", "issued", "expiry date", "expiry", "valid until", "issuing country", "issue country", "issue authority", "issuing authority"},
			Tests: []Test{loose(Check{Name: "passport", Form: FormAlnum, MinLen: 6, MaxLen: 14, Pattern: `[A-Z]{0,3}[0-9]{6,9}[A-Z]?|[0-9]{2}[A-Z]{2}[0-9]{5}|[CFGHJ-NPRTV-Z0-9]{9,10}`})}},
		Classifier{Name: "drivers_license", Doc: "driving licence numbers", Version: 1, Class: ClassPII, Family: "id_document", NeedsName: true, Numbered: true, Types: integer,
			Names: []string{"driver license", "driver license number", "dl number", "license number", "licencia conducir", "carnet conducir", "carta conducao", "cnh", "permis conduire", "fuhrerschein", "fuehrerschein", "patente", "rijbewijs", "korkort", "prawo jazdy", "運転免許", "owner license"},
			Hints: []string{"=license"}, Not: []string{"license plate", "license type", "software license", "license key", "issue date", "issued", "expiry date", "expiry", "valid until", "license class", "license state", "license country"},
			Tests: []Test{loose(Check{Name: "drivers_license", Form: FormAlnum, MinLen: 5, MaxLen: 24, Pattern: `[A-Z0-9]{5,20}`})}})
}
