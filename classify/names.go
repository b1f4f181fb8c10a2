package classify

import (
	"slices"
	"strings"
	"sync"
	"unicode"
)

// accentless maps Latin letters with marks to the letters without them; ß, æ, ø and the like to their usual spelling.
var accentless = func() map[rune]string {
	m := map[rune]string{}
	for base, marked := range map[string]string{
		"a": "àáâãäåāăą", "c": "çćčĉċ", "d": "ďđð", "e": "èéêëēĕėęě", "g": "ğĝġģ", "h": "ĥħ", "i": "ìíîïĩīĭįı", "j": "ĵ", "k": "ķ",
		"l": "ĺļľŀł", "n": "ñńņňŋ", "o": "òóôõöøōŏő", "r": "ŕŗř", "s": "śŝşšș", "t": "ţťŧț", "u": "ùúûüũūŭůűų", "w": "ŵ",
		"y": "ýÿŷ", "z": "źżž", "ss": "ß", "ae": "æ", "oe": "œ", "th": "þ",
		"а": "ӑ", "е": "ё", "α": "ά", "ε": "έ", "η": "ή", "ι": "ίϊΐ", "ο": "ό", "υ": "ύϋΰ", "ω": "ώ", "σ": "ς", "ا": "أإآ", "ه": "ة", "ي": "ىی", "ک": "ك",
	} {
		for _, r := range marked {
			m[r] = base
		}
	}
	for base, marked := range map[string]string{ // Vietnamese letters with two marks, and with horns
		"a": "ạảấầẩẫậắằẳẵặ", "e": "ẹẻẽếềểễệ", "i": "ỉị", "o": "ọỏốồổỗộớờởỡợơ", "u": "ụủứừửữựư", "y": "ỳỵỷỹ",
	} {
		for _, r := range marked {
			m[r] = base
		}
	}
	return m
}()

// foldAccents takes the marks off lower-case Latin letters.
func foldAccents(s string) string {
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if base, ok := accentless[r]; ok {
			b.WriteString(base)
		} else if !unicode.Is(unicode.Mn, r) {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 128 {
			return false
		}
	}
	return true
}

// abbreviations are the usual short forms in column names. A token is read as its long form.
var abbreviations = map[string]string{
	"nm": "name", "nme": "name", "nam": "name", "nbr": "number", "num": "number", "no": "number", "nr": "number", "nmbr": "number", "numb": "number",
	"numero": "number", "nummer": "number", "numer": "number", "num_": "number", "addr": "address", "adr": "address", "adrs": "address", "addrs": "address",
	"dt": "date", "dat": "date", "datum": "date", "fecha": "date", "data": "date", "cd": "code", "cde": "code", "codigo": "code", "kod": "code", "amt": "amount",
	"cust": "customer", "emp": "employee", "acct": "account", "acc": "account", "accnt": "account", "tel": "phone", "ph": "phone", "phn": "phone",
	"telephone": "phone", "telephon": "phone", "telefon": "phone", "mob": "mobile", "ctry": "country", "cntry": "country", "st": "state", "str": "street",
	"fst": "first", "frst": "first", "lst": "last", "mid": "middle", "ln": "line", "txt": "text", "pwd": "password", "passwd": "password",
	"desc": "description", "qty": "quantity", "cnt": "count", "ident": "identifier", "lic": "license", "licence": "license", "drivers": "driver",
	"dr": "driver", "drv": "driver", "driving": "driver", "hs": "hash", "geb": "birth", "nasc": "birth", "nac": "birth", "nacimiento": "birth", "nascimento": "birth",
	"naissance": "birth", "nascita": "birth", "urodzenia": "birth", "brth": "birth", "expiration": "expiry", "exp": "expiry", "expires": "expiry", "expiredate": "expiry",
	"expire": "expiry", "mail": "email", "eml": "email", "emails": "email", "mails": "email", "phones": "phone", "addresses": "address", "names": "name",
}

// tokens splits a written name into lower-case words without accents: at anything but letters and digits, where lower
// case turns to upper, and between letters and digits. Abbreviations are written out.
func tokens(name string) []string {
	var out []string
	for _, w := range splitWords(name) {
		w = foldAccents(strings.ToLower(w))
		if long, ok := abbreviations[w]; ok {
			w = long
		}
		out = append(out, w)
	}
	return out
}

// splitWords splits at separators and at changes of case and of kind.
func splitWords(name string) []string {
	var out []string
	runes := []rune(name)
	start := 0
	flush := func(end int) {
		if end > start {
			out = append(out, string(runes[start:end]))
		}
	}
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r):
			flush(i)
			start = i + 1
		case i > start && breaks(runes, i):
			flush(i)
			start = i
		}
	}
	flush(len(runes))
	return out
}

// breaks reports whether a new word begins at i: "firstName", "HTTPPort", "addr1".
func breaks(runes []rune, i int) bool {
	prev, r := runes[i-1], runes[i]
	switch {
	case unicode.IsDigit(prev) != unicode.IsDigit(r):
		return true
	case unicode.IsLower(prev) && unicode.IsUpper(r):
		return true
	}
	return unicode.IsUpper(prev) && unicode.IsUpper(r) && i+1 < len(runes) && unicode.IsLower(runes[i+1])
}

// phrase is a sequence of tokens a name may contain, such as "first name"; it also matches written as one word. With
// a leading "=" it must be the whole name, digits left out.
type phrase struct {
	words  []string
	joined string
	whole  bool
}

func parsePhrase(s string) phrase {
	if p, ok := parsed.Load(s); ok {
		return p.(phrase)
	}
	text := strings.TrimPrefix(s, "=")
	p := phrase{words: tokens(text), joined: foldAccents(strings.ReplaceAll(text, " ", "")), whole: text != s}
	parsed.Store(s, p)
	return p
}

// parsed keeps phrases by their text; there are as many as the suite has.
var parsed sync.Map

// span is a range of tokens, half open.
type span struct{ from, to int }

// within reports whether a longer span covers s: "nick" in "nick name" says nothing when "nick name" is a phrase.
func (s span) within(spans []span) bool {
	return slices.ContainsFunc(spans, func(o span) bool { return o.from <= s.from && s.to <= o.to && o.to-o.from > s.to-s.from })
}

// find returns where the phrase stands in the tokens, as a half-open range, and whether it does.
func (p phrase) find(toks []string) (from, to int, ok bool) {
	n := len(p.words)
	for i := range toks {
		if i+n <= len(toks) && slices.Equal(toks[i:i+n], p.words) {
			from, to, ok = i, i+n, true
		} else if n > 1 && toks[i] == p.joined {
			from, to, ok = i, i+1, true
		}
		if ok && (!p.whole || wholeName(toks, from, to)) {
			return from, to, true
		}
		ok = false
	}
	return 0, 0, false
}

// wholeName reports whether only numbers stand outside the range.
func wholeName(toks []string, from, to int) bool {
	for i, t := range toks {
		if (i < from || i >= to) && !digitsOnly(t) {
			return false
		}
	}
	return true
}
