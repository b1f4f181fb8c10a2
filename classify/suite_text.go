package classify

// What stands in free text begins the text or follows, and ends it or is followed by, a character that is no part of a
// longer number, word, path or query. Line ends are such characters, so the rest is anything but a sign that no text has.
const (
	textBefore = `[^¦]*[^0-9A-Za-z@_/=&?#%+.-]`
	textAfter  = `([^0-9A-Za-z@_/=&#%+-][^¦]*)?`
)

// The forms of what is sensitive in free text. They have no checksum, so they are narrower than the forms of columns.
const (
	textSSN      = ssnValid + `-(0[1-9]|[1-9][0-9])-(000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[1-9][0-9]{3})`
	textCard     = `([3-6][0-9]{3}|2[2-7][0-9]{2})([ -][0-9]{4}){2}[ -][0-9]{1,4}([ -][0-9]{1,3})?|3[47][0-9]{2}[ -][0-9]{6}[ -][0-9]{5}`
	textCardBare = `(4[0-9]{3}|5[1-5][0-9]{2}|2(2[2-9]|[3-6][0-9]|7[01])[0-9]|6(011|5[0-9]{2}|4[4-9][0-9]))[0-9]{12}|3[47][0-9]{13}`
	textIBAN     = ibanCountries + `[0-9]{2}( ?[A-Z0-9]{4}){3,7} ?[A-Z0-9]{0,3}|NO[0-9]{2} ?[0-9]{4} ?[0-9]{4} ?[0-9]{3}`
	textAbroad   = `[+][1-9]([ ./()-]{0,2}[0-9]){7,14}|00[1-9][0-9]{0,2}([ -][0-9]{2,8}){2,5}`
	textArea     = `([(][2-9][0-9]{2}[)] ?|[2-9][0-9]{2}[.-])[2-9][0-9]{2}[.-][0-9]{4}`
	textNational = `0[1-9][0-9]{8,10}|0[1-9][0-9]{1,3}[ /-][0-9]{5,8}|0[1-9][0-9]{1,3}( [0-9]{3,4}){2}|0[1-9]([ .][0-9]{2}){4}|[(]0[1-9][0-9]{1,3}[)] ?[0-9]{3,8}`
)

// textReference is a number of one of the forms that a word before it says to be a number of something else.
const textReference = `([^¦]*[^A-Za-z])?([Oo]rders?|ORDER|[Ii]nvoice|INVOICE|[Tt]racking|[Ss]hipment|[Pp]arcel|[Pp]ackage|[Tt]icket|[Cc]ase|[Rr]ef|REF|[Rr]eference|[Tt]ransaction|[Tt]xn|` +
	`[Ss]ession|[Rr]equest|[Tt]race|[Ss]pan|[Jj]ob|[Bb]atch|[Bb]uild|[Ss]erial|[Ii]d|ID|[Ii]tem|[Pp]art|[Pp]roduct|SKU|sku|[Tt]imestamp|Bestellung|Rechnung|Sendung|[Cc]ommande|[Ff]acture|[Pp]edido|[Ff]actura|[Oo]rdine)` +
	`( ?([Nn]umber|[Nn]o[.]?|[Nn]r[.]?|[Ii][Dd]|[Cc]ode|n°))?[ :#=]{0,3}(` + textSSN + `|` + textCard + `|` + textCardBare + `|` + textArea + `|` + textNational + `)` + textAfter

// within is a check for a form anywhere in text, with something else beside it.
func within(name, form string) Check {
	return Check{Name: name, MinLen: 20, Pattern: textBefore + `(` + form + `)` + textAfter + `|(` + form + `)[^0-9A-Za-z@_/=&#%+-][^¦]+`}
}

// textTests are the tests of free_text. One of the narrow forms in few of the values is enough.
var textTests = []Test{
	{Check: Check{Name: "text.email", MinLen: 10, Pattern: `(.+[ :<(])?[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+[.])+[A-Za-z]{2,24}[)>.,;!?]* .+|.+[ :<(][A-Za-z0-9._%+-]+@([A-Za-z0-9-]+[.])+[A-Za-z]{2,24}[)>.,;!?]*( .*)?`},
		Chance: 0.01, Full: 0.05, For: 5.5},
	{Check: within("text.ssn", textSSN), Chance: 0.01, Full: 0.05, For: 6.5},
	{Check: Check{Name: "text.ssn.said", MinLen: 20, Pattern: `([^¦]*[^A-Za-z])?([Ss][Ss][Nn]|[Ss]ocial [Ss]ecurity)[^0-9]{1,15}` + ssnValid + `[0-9]{6}` + textAfter}, Chance: 0.01, Full: 0.05, For: 6.5},
	{Check: within("text.iban", textIBAN), Chance: 0.01, Full: 0.05, For: 6.5},
	{Check: within("text.card", textCard), Chance: 0.02, Full: 0.1, For: 6},
	{Check: within("text.digits", `[0-9]{13,19}`), Chance: 0.1, Full: 0.5},
	// Of long numbers in text that are no cards one in five or so begins like one.
	{Check: within("text.card.bare", textCardBare), Of: "text.digits", Chance: 0.5, Full: 0.9, For: 6},
	{Check: within("text.phone.abroad", textAbroad), Chance: 0.02, Full: 0.1, For: 5},
	{Check: within("text.phone.area", textArea), Chance: 0.02, Full: 0.1, For: 5},
	{Check: within("text.phone.national", textNational), Chance: 0.03, Full: 0.15, For: 5},
	{Check: Check{Name: "text.phone", MinLen: 20, Pattern: `.* [(]?[+]?[0-9]{1,3}[)]?[ -][0-9]{3}[ -][0-9]{3,4}([ -][0-9]{2,4})?([ .,;].*)?`}, Chance: 0.02, Full: 0.1, For: 1},
	{Check: Check{Name: "text.reference", MinLen: 20, Pattern: textReference}, Chance: 0.02, Full: 0.3, For: -8},
	{Check: Check{Name: "text.words", MinLen: 10, Pattern: `[^¦]*[^0-9A-Z +().,:;/_-]{2,}[^¦]* [A-Z]?[^0-9A-Z +().,:;/_-]{2,}[^¦]*|[^¦]*[A-Z]{2,} [A-Z]{2,} [^¦]*|[^¦]+ [^¦]*@[^¦]*`}, Chance: 0.2, Full: 0.6, Against: 20},
	{Check: shape("shape.text"), Chance: 0.05, Full: 0.4, For: 0.5, Against: 0.5},
}
