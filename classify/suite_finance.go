package classify

import "github.com/polsync/polsync/state"

const cardBrands = `4[0-9]{12}([0-9]{3}([0-9]{3})?)?|(5[0-9]{3}|222[1-9]|22[3-9][0-9]|2[3-6][0-9]{2}|27[01][0-9]|2720)[0-9]{12}|3[47][0-9]{13}|3(0[0-5]|[689][0-9])[0-9]{11,16}|6(011|5[0-9]{2}|4[4-9][0-9])[0-9]{12,15}|35(2[89]|[3-8][0-9])[0-9]{12,15}|62[0-9]{14,17}|(5018|5020|5038|6304|6759|676[1-3])[0-9]{8,15}`

// financeSuite recognises cards and accounts.
var financeSuite = []Classifier{
	{Name: "credit_card", Doc: "payment card numbers", Version: 1, Class: ClassPCI, Family: "payment_card", Numbered: true, Types: integer,
		Names: []string{"card number", "cc number", "ccn", "creditcard number", "credit card", "numero tarjeta", "number tarjeta", "tarjeta", "numero cartao", "number cartao", "cartao", "carte bancaire",
			"number carte", "kartennummer", "kreditkarte", "kreditkartennummer", "carta credito", "number carta", "kaartnummer", "kortnummer", "number karty", "カード番号", "credit card number"},
		Hints: []string{"=pan", "=card", "=cc"}, Not: []string{"credit cards", "card type", "card brand", "pan card", "card holder", "cardholder", "card status"},
		Tests: []Test{
			{Check: Check{Name: "credit_card.form", Form: FormDigits, MinLen: 12, MaxLen: 25, Pattern: cardBrands}, Chance: 0.1, Full: 0.35, For: 1, Against: 2},
			sum(Check{Name: "credit_card", Form: FormDigits, MinLen: 12, MaxLen: 25, Pattern: cardBrands, Checksum: "luhn"}, "credit_card.form", 0.1)}},
	{Name: "cvv", Doc: "card security codes", Version: 1, Class: ClassPCI, Family: "payment_card", NeedsName: true, Numbered: true, Types: numeric,
		Names: []string{"cvv", "cvv2", "cvc", "cvc2", "csc", "cid card", "card security code", "security code", "kartenprufnummer"},
		Tests: []Test{loose(Check{Name: "cvv", MaxLen: 4, Pattern: `[0-9]{1,4}`})}},
	{Name: "card_expiry", Doc: "card expiry dates", Version: 1, Class: ClassPCI, Family: "payment_card", NeedsName: true, Types: dates,
		Names: []string{"card expiry", "card exp", "cc expiry", "cc exp date", "cc expiry date", "valid thru", "card expiry date", "gultig bis karte"}, Hints: []string{"=expiry", "=expiry date", "=expiry month", "=expires"}, Not: []string{"open", "opened", "start", "issue", "issued", "since", "begin", "birth", "created"},
		Tests: []Test{loose(Check{Name: "card_expiry", MaxLen: 10, Pattern: `(0?[1-9]|1[0-2])[ ./-]{0,3}(20)?[0-9]{2}|(20)?[0-9]{2}[ ./-](0[1-9]|1[0-2])|[A-Za-zäéû]{3,9}[.]?[ ./-]?(20)?[0-9]{2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.](20)?[0-9]{2}|20[0-9]{2}-(0[1-9]|1[0-2])`})}, Allows: []string{"shape.date"}},
	{Name: "iban", Doc: "international bank account numbers", Version: 1, Class: ClassPII, Family: "bank", Numbered: true,
		Names: []string{"iban", "bankverbindung", "kontoverbindung", "rekening", "rekeningnummer", "rib", "compte bancaire", "conto corrente", "cuenta bancaria", "conta bancaria", "nib", "number konta", "bankkonto"},
		Tests: []Test{
			{Check: Check{Name: "iban.form", Form: FormAlnum, MinLen: 15, MaxLen: 45, Pattern: ibanCountries + `[0-9]{2}[A-Z0-9]{11,30}`}, Chance: 0.1, Full: 0.35, For: 1.5, Against: 4},
			sum(Check{Name: "iban", Form: FormAlnum, MinLen: 15, MaxLen: 45, Pattern: ibanCountries + `[0-9]{2}[A-Z0-9]{11,30}`, Checksum: "iban"}, "iban.form", 0.01)}},
	{Name: "bank_account", Doc: "national bank account numbers", Version: 1, Class: ClassPII, Family: "bank", NeedsName: true, Numbered: true, Types: integer,
		Names: []string{"account number", "bank account", "bank account number", "dda", "number cuenta", "clabe", "number conta", "number compte", "kontonummer", "ktonr", "konto nr", "konto number", "number conto", "口座番号", "koza bango"},
		Hints: []string{"=account", "=cuenta", "=conta", "=konto"}, Not: []string{"account type", "account id"},
		Tests: []Test{loose(Check{Name: "bank_account", Form: FormDigits, MinLen: 5, MaxLen: 25, Pattern: `[0-9]{6,20}`})}},
	{Name: "routing_number", Doc: "bank routing numbers and sort codes", Version: 1, Class: ClassPII, Family: "bank", Numbered: true, Types: integer, Allows: []string{"shape.date"},
		Names: []string{"routing", "routing number", "aba", "rtn", "sort code", "bsb", "transit number", "ifsc", "blz", "bankleitzahl", "code banque", "abi", "cab"},
		Tests: []Test{
			loose(Check{Name: "routing_number.form", Form: FormAlnum, MinLen: 5, MaxLen: 14, Pattern: `[0-9]{6,9}|[A-Z]{4}0[A-Z0-9]{6}`}),
			{Check: Check{Name: "routing_number", Form: FormDigits, MinLen: 9, MaxLen: 11, Checksum: "aba", Pattern: `(0[0-9]|1[0-2]|2[1-9]|3[0-2]|6[1-9]|7[0-2]|80)[0-9]{7}`}, Of: "routing_number.form", Chance: 0.2, Full: 0.9, For: 4.5}}},
	{Name: "swift_bic", Doc: "bank identifier codes", Version: 1, Class: ClassPII, Family: "bank", Numbered: true,
		Names: []string{"swift", "bic", "swift code", "bic code", "swiftbic"},
		Tests: []Test{
			{Check: Check{Name: "swift_bic.form", Form: FormUpper, MinLen: 8, MaxLen: 11, Pattern: `[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?`}, Chance: 0.5, Full: 0.9, For: 1, Against: 5},
			{Check: Check{Name: "swift_bic", MinLen: 8, MaxLen: 11, Pattern: `[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?`, Checksum: "bic_country"}, Of: "swift_bic.form", Chance: 0.6, Full: 0.97, For: 3.5}}},
	{Name: "crypto_wallet", Doc: "crypto currency addresses", Version: 1, Class: ClassPII, Family: "crypto", Allows: []string{"shape.hash"},
		Names: []string{"wallet address", "btc address", "eth address", "bitcoin address", "crypto wallet", "wallet"}, Not: []string{"hash", "tx", "block", "signature"},
		Tests: []Test{grammar(Check{Name: "crypto_wallet", MinLen: 20, MaxLen: 90, Pattern: `0x[0-9a-fA-F]{40}|(bc1|tb1)[0-9ac-hj-np-z]{11,71}|[13][1-9A-HJ-NP-Za-km-z]{25,34}`})}},
	{Name: "vin", Doc: "vehicle identification numbers", Version: 1, Class: ClassQuasi, Family: "vehicle", Numbered: true,
		Names: []string{"vin", "chassis", "chassis number", "bastidor", "chassi", "fahrgestellnummer", "telaio", "chassisnummer", "vehicle identification number"}, Hints: []string{"=fin", "vehicle id"}, Not: []string{"engine", "serial"},
		Tests: []Test{
			{Check: Check{Name: "vin.form", Form: FormUpper, MinLen: 17, MaxLen: 17, Pattern: `[A-HJ-NPR-Z0-9]{13}[0-9]{4}`}, Chance: 0.1, Full: 0.6, For: 2.5, Against: 3},
			{Check: Check{Name: "vin", Form: FormUpper, MinLen: 17, MaxLen: 17, Pattern: `[A-HJ-NPR-Z0-9]{13}[0-9]{4}`, Checksum: "vin"}, Of: "vin.form", Chance: 0.2, Full: 0.6, For: 4.5},
			{Check: Check{Name: "vin.maker", Form: FormUpper, MinLen: 17, MaxLen: 17, Pattern: `(1[A-HJ-NPR-Z0-9]{2}|[245][A-HJ-NPR-Z0-9]{2}|3[A-HJ-NPR-Z0-9]{2}|J[A-HJ-NPR-Z][A-HJ-NPR-Z0-9]|K[LMN][A-HJ-NPR-Z0-9]|S[AHJ][A-HJ-NPR-Z0-9]|V[FNS][A-HJ-NPR-Z0-9]|W[ABDFMPUV0][A-HJ-NPR-Z0-9]|Y[SV][A-HJ-NPR-Z0-9]|Z[AFHL][A-HJ-NPR-Z0-9]|L[A-HJ-NPR-Z0-9]{2}|M[A-HJ-NPR-Z0-9]{2})[A-HJ-NPR-Z0-9]{10}[0-9]{4}`}, Of: "vin.form", Chance: 0.7, Full: 0.95, For: 2}}},
	{Name: "license_plate", Doc: "vehicle registration plates", Version: 1, Class: ClassPII, Family: "id_document", NeedsName: true, Numbered: true,
		Names: []string{"plate", "license plate", "registration number", "reg number", "vrm", "tag number", "matricula", "placa", "immatriculation", "plaque", "kennzeichen", "kfz kennzeichen", "targa",
			"kenteken", "regnummer", "rejestracja", "ナンバー"}, Not: []string{"home plate"},
		Tests: []Test{loose(Check{Name: "license_plate", Form: FormUpper, MinLen: 3, MaxLen: 14, Pattern: `[^ -~]?[A-Z0-9ÄÖÜ]{1,4}([ ·-]?[A-Z0-9]{1,5}){0,3}`})}},
	{Name: "org_tax_id", Doc: "tax and register numbers of companies", Version: 1, Class: ClassQuasi, Family: "org_id", NeedsName: true, Numbered: true, Types: []state.Family{state.FamilyNumber},
		Names: []string{"ein", "employer identification number", "vat", "vat number", "vat id", "cnpj", "abn", "acn", "uen", "ust id", "ustid", "partita iva", "piva", "siret", "siren", "cif", "nip", "company number", "business number", "tva", "btw nummer", "orgnr", "kvk"},
		Hints: []string{"tax id", "=tin"}, Not: []string{"vat rate", "vat amount"},
		Tests: []Test{loose(Check{Name: "org_tax_id", Form: FormUpper, MinLen: 8, MaxLen: 20, Pattern: `[0-9]{2}-[0-9]{7}|[0-9A-Z]{2}[.]?[0-9A-Z]{3}[.]?[0-9A-Z]{3}/?[0-9A-Z]{4}-?[0-9]{2}|[A-Z]{2}[0-9A-Z]{8,12}|[0-9]{2,3}([ .-]?[0-9]{3}){2,3}|[0-9]{8,14}`})}},
}
