package classify

import "testing"

// aloneValues has, for checks of Alone by name, values that match and near misses that do not.
var aloneValues = map[string]struct{ match, miss []string }{
	"birth.year":         {[]string{"1975-12-24", "24.12.1975", "12/24/1975", "19751224", "Dec 24, 1975"}, []string{"2021-01-01", "1975-12-24 10:11:12", "1895-01-01"}},
	"birth.recent":       {[]string{"2024-01-01", "01.02.2019"}, []string{"2001-01-01"}},
	"postal.letters":     {[]string{"SW1A 1AA", "K1A0B1", "1234 AB"}, []string{"AB123CD", "12345", "0123 AB"}},
	"postal.marked":      {[]string{"00-950", "01310-100", "100-0001", "114 55", "94025-1234"}, []string{"12345", "1-2", "00-9500"}},
	"postal.round":       {[]string{"45000", "1200.0"}, []string{"45001", "00"}},
	"geo.fine":           {[]string{"48.13743", "-122.41942"}, []string{"48.1", "1234.56789"}},
	"geo.unit":           {[]string{"0.5143", "-1.2345"}, []string{"48.1374"}},
	"phone.national":     {[]string{"030 901820", "0474 501 950", "04 66 95 12 92", "04.66.95.12.92", "(079) 5339-1854"}, []string{"01.02.2003", "01/02/2003", "0123456", "12 34"}},
	"plate.marked":       {[]string{"HB-C 7233", "AB12 CDE", "AA-123-BB", "1234 BCD", "AB123CD"}, []string{"ABC-1234-XY", "1234 AEI", "A1"}},
	"dk_cpr.dashed":      {[]string{"010190-1234"}, []string{"320190-1234", "0101901234"}},
	"my_nric.place":      {[]string{"900101-14-1234"}, []string{"900101-17-1234", "901301-14-1234"}},
	"id_nik.region":      {[]string{"3174094107900001"}, []string{"3174093207900001", "2974094107900001"}},
	"card_expiry.slash":  {[]string{"08/26", "8/2026"}, []string{"13/26", "08-26", "08/2096"}},
	"cvv.three":          {[]string{"012"}, []string{"1234", "12"}},
	"mrn.marked":         {[]string{"MRN7666977", "mr-12345"}, []string{"7666977", "MRNA1"}},
	"name.han":           {[]string{"王小明", "欧阳娜"}, []string{"小明", "王"}},
	"name.hangul":        {[]string{"손예은", "남궁민"}, []string{"서울특별시", "홍"}},
	"name.kanji":         {[]string{"倉田 明日香"}, []string{"倉田明日香", "Ada Ada"}},
	"name.initials":      {[]string{"J.", "J. R.", "AB"}, []string{"Jo", "john"}},
	"name.joined":        {[]string{"Smith and Sons", "Garcia-Lee", "Fox, Hunt and Day"}, []string{"Ada Lovelace"}},
	"street.more":        {[]string{"2丁目5番2号", "Calle Mayor 5", "ул. Ленина, 5", "Kossuth utca 209.", "Jl. Sudirman 5", "12 Jones Run", "Storgata 12"}, []string{"Calle", "Main 12", "Ada Lovelace"}},
	"country.official":   {[]string{"Kingdom of Sweden", "Federal Republic of Germany", "Czech Republic"}, []string{"Sweden", "Republic", "state of the art"}},
	"cl_rut.marked":      {[]string{"12.345.678-5", "7654321-K", "7654321k"}, []string{"12345678", "123-4"}},
	"name.article":       {[]string{"The Golden River", "Der Prozess"}, []string{"Theodor Storm", "Leslie Day", "The"}},
	"word.surname_first": {[]string{"Kowalski Jan", "garcia"}, []string{"Zzyzx Jan"}},
	"icd10.common":       {[]string{"E11.9", "i10"}, []string{"E11.97", "H17.31"}},
	"icd10.long":         {[]string{"J45.909", "S72.001A"}, []string{"J45.9", "J45-909"}},
	"org_tax_id.vat":     {[]string{"DE123456789", "NL123456789B01", "ATU12345678", "CHE-123.456.789 MWST"}, []string{"DE12345678", "XX123456789", "ORD-123456789"}},
	"org_tax_id.written": {[]string{"12.345.678/0001-95", "CHE-123.456.789"}, []string{"12345678000195", "123.456.789-09"}},
	"il_id.zero":         {[]string{"012345678"}, []string{"123456789", "01234567"}},
	"marital.words":      {[]string{"已婚", "verheiratet"}, []string{"m", "sgl"}},
	"geo.west":           {[]string{"-73.98765", "-122.419"}, []string{"-27.37645", "73.98765"}},
	"username.numbered":  {[]string{"jerde86", "ada.lovelace"}, []string{"Ada", "ada"}},
}

func TestChecksOfAloneMatchAndNearlyMiss(t *testing.T) {
	checks := map[string]Check{}
	for _, c := range Suite() {
		for _, list := range [][]Test{c.Tests, c.Alone} {
			for _, one := range list {
				checks[one.Check.Name] = one.Check
			}
		}
	}
	for name, v := range aloneValues {
		c, ok := checks[name]
		if !ok {
			t.Errorf("no check is called %s", name)
			continue
		}
		for _, s := range v.match {
			if !c.Match(s) {
				t.Errorf("%s does not match %q", name, s)
			}
		}
		for _, s := range v.miss {
			if c.Match(s) {
				t.Errorf("%s matches %q", name, s)
			}
		}
	}
}

// Every classifier can be found by something: a name, or tests that count without one.
func TestEveryTypeOfTheTaxonomyIsThere(t *testing.T) {
	if n := len(Suite()); n != 105 {
		t.Errorf("%d types; the documentation says 105", n)
	}
	countries := map[string]bool{}
	for _, c := range Suite() {
		if c.Family == "national_id" {
			countries[c.Name[:2]] = true
		}
		if len(c.Names)+len(c.Hints) == 0 && len(c.Tests) == 0 {
			t.Errorf("%s cannot be found", c.Name)
		}
	}
	if len(countries) < 40 {
		t.Errorf("personal numbers of %d countries", len(countries))
	}
}
