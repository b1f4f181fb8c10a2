package classify

import (
	"slices"
	"strings"
)

// alone are the tests by which values and siblings decide where no name says the type, by classifier. The weights are
// low where much else has the form: then it takes siblings, or a form that few things have.
var alone = map[string][]Test{
	"first_name": {
		{Check: initials, Chance: 0.3, Full: 0.8, For: -5},
		{Check: hasDigit, Chance: 0.3, Full: 0.8, For: -6},
		{Check: givenFirst, Chance: 0.03, Full: 0.2, For: 3.5, Against: 0.5},
		{Check: shape("shape.word1"), Chance: 0.2, Full: 0.75, For: 0.7, Against: 3},
		{Check: surnameLast, Chance: 0.35, Full: 0.7, For: -1.5},
		{Check: cityWords, Chance: 0.2, Full: 0.5, For: -2},
		{Check: shape("shape.company"), Chance: 0.05, Full: 0.3, For: -4},
		{Check: lowerWords, Chance: 0.3, Full: 0.8, For: -3},
	},
	"last_name": {
		{Check: initials, Chance: 0.3, Full: 0.8, For: -5},
		{Check: hasDigit, Chance: 0.3, Full: 0.8, For: -6},
		{Check: surnameLast, Chance: 0.03, Full: 0.18, For: 3.3, Against: 0.5},
		{Check: shape("shape.word1"), Chance: 0.2, Full: 0.7, For: 0.7, Against: 2},
		{Check: givenFirst, Chance: 0.3, Full: 0.6, For: -2.5},
		{Check: cityWords, Chance: 0.15, Full: 0.4, For: -2},
		{Check: shape("shape.company"), Chance: 0.05, Full: 0.3, For: -4},
		{Check: lowerWords, Chance: 0.3, Full: 0.8, For: -3},
	},
	"date_of_birth": {
		{Check: Check{Name: "birth.year", MinLen: 6, MaxLen: 30, Pattern: birthDates(`(19[2-9][0-9]|200[0-9]|201[0-2])`)}, Chance: 0.6, Full: 0.95, For: 2, Against: 4},
		{Check: Check{Name: "birth.adult", MinLen: 6, MaxLen: 30, Pattern: birthDates(`(19[3-8][0-9]|199[0-5])`)}, Chance: 0.3, Full: 0.6, For: 1.5, Against: 3},
		{Check: Check{Name: "birth.recent", MinLen: 6, MaxLen: 30, Pattern: birthDates(`20(1[3-9]|[2-9][0-9])`)}, Chance: 0.03, Full: 0.2, For: -4},
	},
	"gender": {
		{Check: Check{Name: "gender", MaxLen: 20, Words: genders}, Chance: 0.85, Full: 0.98, For: 3.5, Against: 4},
		{Check: Check{Name: "gender.female", MaxLen: 20, Words: femaleWords}, Chance: 0.02, Full: 0.1, For: 1, Against: 4},
		{Check: Check{Name: "gender.male", MaxLen: 20, Words: maleWords}, Chance: 0.02, Full: 0.1, For: 1, Against: 4},
	},
	"full_name": {
		{Check: hasDigit, Chance: 0.3, Full: 0.8, For: -6},
		{Check: initials, Chance: 0.3, Full: 0.8, For: -5},
		{Check: joinedNames, Chance: 0.1, Full: 0.4, For: -4},
		{Check: givenFirst, Chance: 0.03, Full: 0.3, For: 4, Against: 0.5},
		{Check: articled, Chance: 0.1, Full: 0.4, For: -5},
		{Check: surnameFirst, Chance: 0.05, Full: 0.35, For: 1.5},
		{Check: givenLast, Chance: 0.1, Full: 0.5, For: 1.5},
		{Check: surnameLast, Chance: 0.03, Full: 0.2, For: 2, Against: 0.5},
		{Check: shape("shape.words2"), Chance: 0.15, Full: 0.6, For: 1, Against: 5},
		{Check: commaName, Chance: 0.2, Full: 0.7, For: 1},
		{Check: hanName, Chance: 0.4, Full: 0.8, For: 10.5},
		{Check: hangulName, Chance: 0.5, Full: 0.9, For: 9},
		{Check: kanjiName, Chance: 0.3, Full: 0.9, For: 6},
		{Check: titledName, Chance: 0.02, Full: 0.15, For: 0.5},
		{Check: titledName, Chance: 0.2, Full: 0.5, For: 1.5},
		{Check: shape("shape.company"), Chance: 0.1, Full: 0.5, For: -5},
		{Check: lowerWords, Chance: 0.3, Full: 0.8, For: -3},
	},
	"postal_code": {
		{Check: Check{Name: "postal.round", MinLen: 4, MaxLen: 8, Pattern: `[0-9]+00([.]0)?`}, Chance: 0.1, Full: 0.35, For: -5},
		{Check: Check{Name: "postal.letters", Form: FormUpper, MinLen: 5, MaxLen: 8, Pattern: `[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[1-9][0-9]{3} [A-Z]{2}`}, Chance: 0.2, Full: 0.8, For: 5.5},
		{Check: Check{Name: "postal.marked", MinLen: 6, MaxLen: 10, Pattern: `[0-9]{5}-[0-9]{4}|[0-9]{5}-[0-9]{3}|[0-9]{4}-[0-9]{3}|〒?[0-9]{3}-[0-9]{4}|[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{2}`}, Chance: 0.2, Full: 0.9, For: 4.2},
		{Check: Check{Name: "postal.digits", MinLen: 5, MaxLen: 10, Pattern: `[0-9]{5,6}|[0-9]{5}-[0-9]{4}|[0-9]{5}-[0-9]{3}`}, Chance: 0.88, Full: 0.985, For: 1.5, Against: 0.5},
		{Check: Check{Name: "postal.four", MinLen: 4, MaxLen: 4, Pattern: `[03-9][0-9]{3}|1[0-8][0-9]{2}|2[1-9][0-9]{2}`}, Chance: 0.7, Full: 0.85, For: 1},
		{Check: Check{Name: "postal_code", Form: FormUpper, MinLen: 3, MaxLen: 12, Pattern: postalForms}, Chance: 0.7, Full: 0.95, For: 0, Against: 5},
	},
	"city": {
		{Check: officeWords, Chance: 0.1, Full: 0.4, For: -5},
		{Check: hasDigit, Chance: 0.3, Full: 0.8, For: -6},
		{Check: cityWords, Chance: 0.06, Full: 0.35, For: 5, Against: 0.3},
		{Check: Check{Name: "city.suffix", MaxLen: 40, Pattern: `[^0-9@_:;|<>{}]*(ville|burg|burgh|bury|borough|town|ton|ham|port|haven|mouth|shire|stadt|dorf|heim|hausen|bach|furt|berg|stad|dam|dijk|veen|hoven|bourg|sur-.+|les-.+|-en-.+|ów|owo|ice|ów|ec|sund|vik|köping|fors|by|holm|tun|grad|gorsk|abad|pur|nagar|view|side|chester|field|wood|land|mouth|stead|minster|ford|市|区|郡|町|县|구|시)|(San|Santa|Saint|St[.]?|Port|New|North|South|East|West|Lake|Mount|Villa|La|Los|Las|El|Bad|Fort|Ciudad|Puerto|Sant'|Borgo|São|Vila|Nueva) [^0-9@_:;|<>{}]+`}, Chance: 0.15, Full: 0.6, For: 1.5},
		{Check: Check{Name: "city.words", MaxLen: 60, Pattern: `[^0-9@_:;|<>{}]{2,60}`}, Chance: 0.5, Full: 0.95, For: 1.2, Against: 5},
		{Check: givenFirst, Chance: 0.25, Full: 0.5, For: -3},
		{Check: lowerWords, Chance: 0.3, Full: 0.8, For: -4},
		{Check: shape("shape.company"), Chance: 0.05, Full: 0.3, For: -4},
		{Check: jobLast, Chance: 0.1, Full: 0.4, For: -3},
		{Check: shape("shape.text"), Chance: 0.1, Full: 0.4, For: -4},
	},
	"latitude": {
		{Check: Check{Name: "geo.latitude", MinLen: 5, MaxLen: 30, Pattern: `-?[0-8]?[0-9][.][0-9]{3,}`}, Chance: 0.8, Full: 0.98, For: 0.6, Against: 6},
		{Check: Check{Name: "geo.fine", MinLen: 6, MaxLen: 30, Pattern: `-?1?[0-9]{1,2}[.][0-9]{4,}`}, Chance: 0.4, Full: 0.8, For: 0.5, Against: 4},
		{Check: Check{Name: "geo.unit", MinLen: 5, MaxLen: 30, Pattern: `-?[0-2][.][0-9]{3,}`}, Chance: 0.4, Full: 0.8, For: -4},
	},
	"longitude": {
		{Check: Check{Name: "geo.beyond", MinLen: 5, MaxLen: 30, Pattern: `-?(9[0-9]|1[0-7][0-9])[.][0-9]{3,}`}, Chance: 0.8, Full: 1, For: 0.1},
		{Check: Check{Name: "geo.west", MinLen: 5, MaxLen: 30, Pattern: `-(5[5-9]|[6-9][0-9]|1[0-7][0-9])[.][0-9]{3,}`}, Chance: 0.9, Full: 1, For: 0.1},
		{Check: Check{Name: "geo.negative", MinLen: 5, MaxLen: 30, Pattern: `-[0-9]{1,3}[.][0-9]{3,}`}, Chance: 0.9, Full: 1, For: 0.1},
		{Check: Check{Name: "geo.longitude", MinLen: 5, MaxLen: 30, Pattern: `-?(1[0-7][0-9]|[0-9]{1,2})[.][0-9]{3,}`}, Chance: 0.8, Full: 0.98, For: 0.6, Against: 6},
		{Check: Check{Name: "geo.fine", MinLen: 6, MaxLen: 30, Pattern: `-?1?[0-9]{1,2}[.][0-9]{4,}`}, Chance: 0.4, Full: 0.8, For: 0.5, Against: 4},
	},
	"state_region": {
		{Check: Check{Name: "region.code", MaxLen: 3, Words: list(regionCodes)}, Chance: 0.5, Full: 0.95, For: 3, Against: 2},
		{Check: Check{Name: "region.code", MaxLen: 3, Words: list(regionCodes)}, Chance: 0.93, Full: 0.995, For: 2.5},
		{Check: Check{Name: "region.name", MaxLen: 40, Words: list(regionNames)}, Chance: 0.08, Full: 0.5, For: 5.5, ByValues: true},
		{Check: cityWords, Chance: 0.3, Full: 0.7, For: -2},
		{Check: givenFirst, Chance: 0.25, Full: 0.5, For: -3},
	},
	"country": {
		{Check: countryCode, Chance: 0.6, Full: 0.93, For: 4.2},
		{Check: countryCode, Chance: 0.93, Full: 0.995, For: 1.8},
		{Check: countryName, Chance: 0.15, Full: 0.6, For: 5.5, ByValues: true},
		{Check: countryOfficial, Chance: 0.15, Full: 0.5, For: 4},
	},
	"occupation": {
		{Check: jobLast, Chance: 0.03, Full: 0.35, For: 4.5, Against: 3},
		{Check: Check{Name: "occupation.words", MaxLen: 80, Pattern: `[^0-9@_:;|<>{}]+`}, Chance: 0.5, Full: 0.9, For: 0.5, Against: 3},
		{Check: shape("shape.text"), Chance: 0.2, Full: 0.5, For: -3},
	},
	"age": {
		{Check: Check{Name: "age.adult", MinLen: 2, MaxLen: 4, Pattern: `(1[89]|[2-6][0-9]|7[0-4])([.]0)?`}, Chance: 0.6, Full: 0.85, For: 1, Against: 4},
		{Check: Check{Name: "age.two", MinLen: 1, MaxLen: 4, Pattern: `[1-9][0-9]([.]0)?`}, Chance: 0.9, Full: 0.99, For: 0.5, Against: 4},
	},
	"cvv": {
		{Check: Check{Name: "cvv.three", MinLen: 3, MaxLen: 3, Pattern: `[0-9]{3}`}, Chance: 0.6, Full: 0.9, For: 1.5, Against: 6},
	},
	"card_expiry": {
		{Check: Check{Name: "card_expiry.slash", MinLen: 4, MaxLen: 7, Pattern: `(0?[1-9]|1[0-2])/(20)?[0-4][0-9]`}, Chance: 0.5, Full: 0.95, For: 3.2, Against: 5},
	},
	"phone": {
		phoneMarked,
		phoneDashed,
		{Check: Check{Name: "phone.national", MinLen: 9, MaxLen: 18, Pattern: `0[0-9]{1,3}-[0-9]{3,4}-[0-9]{3,4}|0[0-9]{2,4}[ /-][0-9]{2,8}([ /-][0-9]{2,5}){0,4}|0[0-9]( [0-9]{2,4}){2,4}|0[0-9]([.][0-9]{2}){4}|[(]0[0-9]{1,4}[)] ?[0-9]{3,8}([ ./-][0-9]{2,5}){0,3}|[1-9][0-9]{1,3}([ ][0-9]{2,4}){2,4}`}, Chance: 0.2, Full: 0.8, For: 4},
		{Check: Check{Name: "phone.zero", MinLen: 9, MaxLen: 11, Pattern: `0[1-9][0-9]{7,9}`}, Chance: 0.3, Full: 0.85, For: 2},
		{Check: phoneLoose, Chance: 0.3, Full: 0.9, For: 0.3, Against: 4},
	},
	"marital_status": {
		{Check: Check{Name: "marital.words", MinLen: 2, MaxLen: 40, Words: maritalWords}, Chance: 0.4, Full: 0.9, For: 5.5, Against: 3},
	},
	"nationality": {
		{Check: Check{Name: "nationality", MaxLen: 30, Words: nationalities}, Chance: 0.3, Full: 0.8, For: 4.5, Against: 3, ByValues: true},
	},
	"ethnicity": {
		{Check: Check{Name: "ethnicity", MaxLen: 50, Words: ethnicities}, Chance: 0.3, Full: 0.8, For: 4.5, Against: 3},
	},
	"religion": {
		{Check: Check{Name: "religion", MaxLen: 40, Words: religions}, Chance: 0.3, Full: 0.8, For: 5, Against: 3},
	},
	"license_plate": {
		{Check: Check{Name: "plate.marked", Form: FormUpper, MinLen: 6, MaxLen: 13, Pattern: `[A-ZÄÖÜ]{1,3}-[A-Z]{1,2} [0-9]{1,4}[EH]?|[A-Z]{2}[0-9]{2} [A-Z]{3}|[A-Z]{2}-[0-9]{3}-[A-Z]{2}|[0-9]{4} [BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{2}[0-9]{3}[A-Z]{2}|[A-Z]{3}[0-9][A-Z][0-9]{2}|[0-9]{2} [A-Z]{1,3} [0-9]{2,4}`}, Chance: 0.4, Full: 0.9, For: 3.8},
	},
	"mrn": {
		{Check: Check{Name: "mrn.marked", Form: FormUpper, MinLen: 7, MaxLen: 20, Pattern: `(MRN|MR)[ :#-]?[0-9]{4,12}`}, Chance: 0.3, Full: 0.8, For: 6},
	},
	"username": {
		{Check: Check{Name: "username.lower", MinLen: 4, MaxLen: 25, Pattern: `[a-z][a-z]+([._-][a-z]+)?[0-9]{0,4}`}, Chance: 0.6, Full: 0.95, For: 1, Against: 4},
		{Check: Check{Name: "username.numbered", MinLen: 4, MaxLen: 25, Pattern: `[a-z][a-z]+([._-][a-z]+)?[0-9]{1,4}|[a-z]+[._][a-z]+`}, Chance: 0.1, Full: 0.4, For: 1, Against: 1.5},
	},
	"il_id": {
		{Check: Check{Name: "il_id.form", Form: FormDigits, MinLen: 8, MaxLen: 24, Pattern: `[0-9]{9}`}, Chance: 0.5, Full: 0.95, For: 1, Against: 4},
		{Check: Check{Name: "il_id", Form: FormDigits, MinLen: 8, MaxLen: 24, Pattern: `[0-9]{9}`, Checksum: "luhn"}, Of: "il_id.form", Chance: 0.2, Full: 0.95, For: 5, Against: 2.5},
		{Check: Check{Name: "il_id.zero", MinLen: 9, MaxLen: 9, Pattern: `0[0-9]{8}`}, Chance: 0.02, Full: 0.2, For: 2, Against: 4},
	},
	"icd10": {
		{Check: Check{Name: "icd10.dotted", Form: FormUpper, MinLen: 5, MaxLen: 8, Pattern: `[A-TV-Z][0-9][0-9A-Z][.][0-9A-Z]{1,4}`}, Chance: 0.2, Full: 0.5, For: 2},
		{Check: Check{Name: "icd10", Form: FormUpper, MinLen: 3, MaxLen: 8, Pattern: `[A-TV-Z][0-9][0-9A-Z]([.][0-9A-Z]{1,4}|[0-9A-Z]{1,4})?`}, Chance: 0.6, Full: 0.97, For: 0.5, Against: 5},
		{Check: Check{Name: "icd10.common", MinLen: 3, MaxLen: 8, Words: list(commonDiagnoses)}, Chance: 0.02, Full: 0.15, For: 3.5},
		{Check: Check{Name: "icd10.long", Form: FormUpper, MinLen: 6, MaxLen: 8, Pattern: `[A-TV-Z][0-9][0-9A-Z][.][0-9][0-9A-Z]{1,3}`}, Chance: 0.15, Full: 0.5, For: 1},
	},
	"org_tax_id": {
		{Check: Check{Name: "org_tax_id.vat", Form: FormAlnum, MinLen: 8, MaxLen: 22, Pattern: vatNumbers}, Chance: 0.3, Full: 0.9, For: 4.7, Against: 1},
		{Check: Check{Name: "org_tax_id.written", MinLen: 15, MaxLen: 18, Pattern: `[0-9A-Z]{2}[.][0-9A-Z]{3}[.][0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}|CHE-[0-9]{3}[.][0-9]{3}[.][0-9]{3}`}, Chance: 0.3, Full: 0.9, For: 5.5},
	},
	"dk_cpr": {
		{Check: Check{Name: "dk_cpr.dashed", MinLen: 11, MaxLen: 11, Pattern: ddmmyy + `-[0-9]{4}`}, Chance: 0.5, Full: 0.95, For: 4.2, Against: 3},
	},
	"my_nric": {
		{Check: Check{Name: "my_nric.place", Form: FormDigits, MinLen: 12, MaxLen: 14, Pattern: yymmdd + `(0[1-9]|1[0-6]|2[1-9]|[345][0-9]|6[0-8]|7[14-9]|8[2-9]|9[0-389])[0-9]{4}`}, Chance: 0.5, Full: 0.97, For: 4.2, Against: 4},
	},
	"id_nik": {
		{Check: Check{Name: "id_nik.region", Form: FormDigits, MinLen: 16, MaxLen: 16, Pattern: `(1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-6])[0-9]{4}([04][1-9]|[1256][0-9]|[37][01])(0[1-9]|1[0-2])[0-9]{6}`}, Chance: 0.5, Full: 0.95, For: 5, Against: 4},
	},
}

// few is how many distinct values types that are codes have at most.
var few = map[string]int64{"gender": 16, "marital_status": 20, "ethnicity": 80, "religion": 60, "nationality": 200}

// maritalWords are the words of marital statuses without the codes.
var maritalWords = slices.DeleteFunc(slices.Clone(maritalStatuses), func(w string) bool { return isASCII(w) && len(w) < 4 })

// vatNumbers are numbers under which companies of Europe are taxed, with the country in front.
const vatNumbers = `ATU[0-9]{8}|BE[01][0-9]{9}|BG[0-9]{9,10}|CY[0-9]{8}[A-Z]|CZ[0-9]{8,10}|DE[0-9]{9}|DK[0-9]{8}|EE[0-9]{9}|EL[0-9]{9}|ES[A-Z0-9][0-9]{7}[A-Z0-9]|FI[0-9]{8}|FR[0-9A-Z]{2}[0-9]{9}|GB([0-9]{9}|[0-9]{12})|HR[0-9]{11}|HU[0-9]{8}|IE[0-9][0-9A-Z][0-9]{5}[A-Z]{1,2}|IT[0-9]{11}|LT([0-9]{9}|[0-9]{12})|LU[0-9]{8}|LV[0-9]{11}|MT[0-9]{8}|NL[0-9]{9}B[0-9]{2}|NO[0-9]{9}(MVA)?|PL[0-9]{10}|PT[0-9]{9}|RO[0-9]{2,10}|SE[0-9]{12}|SI[0-9]{8}|SK[0-9]{10}|CHE[0-9]{9}(MWST|TVA|IVA)?`

const postalForms = `([A-Z]{1,2}-)?[0-9]{3,7}|[0-9]{5}-[0-9]{4}|[0-9]{5}-[0-9]{3}|[0-9]{4}-[0-9]{3}|〒?[0-9]{3}-[0-9]{4}|[0-9]{2}-[0-9]{3}|[0-9]{3} [0-9]{2,3}|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z] ?[0-9][A-Z][0-9]|[0-9]{4} ?[A-Z]{2}|[A-Z][0-9W][0-9] ?[A-Z0-9]{4}`

var (
	cityWords   = Check{Name: "city", MaxLen: 40, Words: list(cityNames)}
	hasDigit    = Check{Name: "has.digit", Pattern: `.*[0-9].*`}
	initials    = Check{Name: "name.initials", MaxLen: 6, Pattern: `([A-ZÄÖÜ][. ]{0,2}){1,3}`}
	joinedNames = Check{Name: "name.joined", MaxLen: 80, Pattern: `.*( and | & |&| und | et | och | og | y | e Figli|, ).*|[A-Z][a-z]+-[A-Z][a-z]+`}
	officeWords = Check{Name: "office.words", MaxLen: 120, Pattern: `.* (Department|Office|Agency|Police|Sheriff|Bureau|Ministry|Division|Unit|Team|Club|Museum|Airport|Station|Library|Theatre|Theater|Restaurant|Hotel|Cafe)( .*)?`}
	lowerWords  = Check{Name: "word.lower", MaxLen: 60, Pattern: `[a-z][^A-Z]*`}
	jobLast     = Check{Name: "occupation", Form: FormLastWord, Words: jobWords}
)

// birthDates is the pattern of dates of the years, in the usual orders, without a time of day.
func birthDates(years string) string {
	return years + `[-/.]?[0-9]{1,2}[-/.]?[0-9]{1,2}([ T]00:00(:00)?([.]0+)?Z?)?|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]` + years + `|[A-Za-z]{3,9}[.]? [0-9]{1,2},? ` + years + `|[0-9]{1,2} [A-Za-z]{3,9}[.]?,? ` + years
}

// varied are the types that have many values.
var varied = list(`first_name last_name city street_address`)

// withAlone sets Alone, Few, Coded and Varied.
func withAlone(suite []Classifier) []Classifier {
	for i := range suite {
		c := &suite[i]
		if tests, ok := alone[c.Name]; ok {
			c.Alone = tests
		}
		c.Few = few[c.Name]
		c.Coded = c.Few > 0 || c.Name == "country" || c.Name == "state_region"
		_, c.Varied = slices.BinarySearch(varied, strings.ReplaceAll(c.Name, "_", " "))
	}
	return suite
}
