package classify

import (
	"testing"

	"github.com/polsync/polsync/state"
)

// Names in many languages, scripts and habits of writing, by themselves.
func TestNamesOfManyLanguages(t *testing.T) {
	rules := mustRules(t)
	for name, want := range map[string]string{
		"Kundenvorname": "first_name", "foedselsdato": "date_of_birth", "SYNTYMÄAIKA": "date_of_birth", "Mobilnummer": "phone", "PLZ": "postal_code", "cognome": "last_name",
		"cod_fiscale": "it_codice_fiscale", "numéro_de_sécurité_sociale": "fr_nir", "fecha_nac": "date_of_birth", "código postal": "postal_code", "tgl_lahir": "date_of_birth",
		"DOĞUM_TARİHİ": "date_of_birth", "jméno a příjmení": "full_name", "rodné číslo": "cz_rc", "születési idő": "date_of_birth", "województwo": "state_region", "telefonszám": "phone",
		"дата_рождения": "date_of_birth", "Прізвище": "last_name", "ЕГН": "bg_egn", "ΕΠΏΝΥΜΟ": "last_name", "تاريخ_الميلاد": "date_of_birth", "شماره موبایل": "phone", "תאריך_לידה": "date_of_birth", "वेतन": "salary",
		"身份证号码": "cn_ric", "客户姓名": "full_name", "メールアドレス": "email", "주민등록번호": "kr_rrn", "วันเกิด": "date_of_birth", "ngày_sinh": "date_of_birth", "data_rozhdeniya": "date_of_birth",
		"STRAS": "street_address", "PSTLZ": "postal_code", "GBDAT": "date_of_birth", "VORNA": "first_name", "MailingStreet": "street_address", "PersonBirthdate": "date_of_birth",
		"name.family": "last_name", "address.postalCode": "postal_code", "cust_frst_nm": "first_name", "acct_nbr": "bank_account", "sCCExp": "card_expiry", "dl_nbr": "drivers_license", "psprt_no": "passport",

		"LNGTD": "longitude", "NTNLTY_CD": "nationality", "GNDR_CODE": "gender", "PRVNC": "state_region", "GEBURTSD": "date_of_birth", "Surname__c": "last_name", "travel_document": "passport", "csrq": "date_of_birth",
		"xiangxi_dizhi": "street_address", "no_hp": "phone", "nr_rachunku_bankowego": "bank_account", "kontoinnehavare": "full_name", "gültig bis": "card_expiry", "emailAddr": "email", "bezoekadres": "street_address",

		// What has a word of a type in its name and is none.
		"city_count": "", "email_sent_ts": "", "Produktname": "", "firmanavn": "", "nazwa_firmy": "", "公司名称": "", "phone_model": "", "birth_weight": "", "age_group": "", "ip_version": "", "passport_country": "",
		"razon_social": "", "state_machine": "", "card_type": "", "password_changed_at": "", "name_length": "", "hire_date": "", "anrede": "", "genre": "", "token_type": "",
		"language": "", "PRDCT_NM": "", "TRNSCTN_NM": "", "LANGUAG": "", "zustand": "", "loan_amount": "", "departement_rh": "", "NATIONAL": "", "pay_amt": "", "document_number": "", "secret_name": "", "card_brand": "",
	} {
		d := classifyTable(state.ScanDeclaration{Values: ValuesNames}, "T", rules, sample{name: name})[0]
		if d.Finding.Classifier != want {
			t.Errorf("%s: found %q, want %q (%s, closest %s %.2f)", name, d.Finding.Classifier, want, d.Passed, d.RunnerUp, d.Score)
		}
	}
}

// A word that two types claim is a hint for both, and proves neither.
func TestWordsOfTwoTypesAreHints(t *testing.T) {
	list := []Classifier{{Name: "a", Names: []string{"nif", "one"}}, {Name: "b", Names: []string{"nif"}}}
	shareAmbiguous(list)
	if len(list[0].Names) != 1 || list[0].Hints[0] != "nif" || len(list[1].Names) != 0 || list[1].Hints[0] != "nif" {
		t.Errorf("%+v", list)
	}
}

func TestCrypticNames(t *testing.T) {
	common := map[string]bool{"customer": true}
	for name, want := range map[string]bool{"c1": true, "field_07": true, "ATTRIBUTE3": true, "customer_7": true, "": true, "order_no": false, "postinumero": false} {
		if got := cryptic(tokens(name), common); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}
