package classify

// placeSuite recognises contact data and places.
var placeSuite = []Classifier{
	{Name: "email", Doc: "e-mail addresses", Version: 1, Class: ClassPII, Family: "email", Numbered: true,
		Names: []string{"email", "e mail", "email address", "mailto", "correo", "correo electronico", "correio eletronico", "courriel", "mel", "adresse mail", "mailadresse", "emailadresse",
			"posta elettronica", "pec", "mailadres", "epost", "e post", "epostadress", "poczta", "メール", "メールアドレス", "eposta"}, Hints: nil,
		Tests: []Test{grammar(Check{Name: "email", MinLen: 6, Pattern: `[A-Za-z0-9._%+'-]+@([A-Za-z0-9-]+[.])+[A-Za-z]{2,24}`})}},
	{Name: "phone", Doc: "telephone numbers", Version: 1, Class: ClassPII, Family: "phone", Numbered: true, Types: numeric,
		Names: []string{"phone", "phone number", "telephone number", "mobile", "cell", "cell phone", "msisdn", "fax", "landline", "contact number", "whatsapp", "telefono", "movil", "celular",
			"telefone", "telemovel", "portable", "gsm", "handy", "mobil", "mobilnummer", "mobiltelefon", "hemtelefon", "festnetz", "rufnummer", "telefonnummer", "cellulare", "recapito", "telefoon", "mobiel", "telefoonnummer", "mobilnr",
			"komorka", "電話", "電話番号", "携帯", "denwa", "keitai", "telefonnr"}, Hints: []string{"ani", "=fijo"}, Not: []string{"phone type", "phone model", "mobile app", "mobile os"},
		Tests: []Test{
			phoneMarked,
			phoneDashed,
			loose(phoneLoose),
		}},
	{Name: "street_address", Doc: "streets with house numbers", Version: 1, Class: ClassPII, Family: "address",
		Names: []string{"street address", "address line", "mailing address", "billing address", "shipping address", "home address", "direccion", "domicilio", "calle", "endereco", "morada",
			"logradouro", "rue", "voie", "strasse", "anschrift", "adresse", "hausnummer", "indirizzo", "residenza", "adres", "straat", "adress", "gata", "gatuadress", "ulica", "住所", "番地",
			"jusho", "street", "address 1", "postal address", "adresa"},
		Hints: []string{"address", "residence", "=rua", "=via"},
		Not:   []string{"email address", "ip address", "mac address", "eth address", "btc address", "wallet address", "street number", "street suffix", "address 2", "address id", "address type", "second address"},
		Tests: []Test{
			{Check: Check{Name: "street_address", MinLen: 5, MaxLen: 120, Pattern: `[0-9]+[A-Za-z]?[ ,].*[^0-9 ].*|[^0-9]{3,}[ ,]+(No[.]? ?|#|n[°º]? ?|nr[.]? ?)?[0-9]+[ ,]?[A-Za-z]?([ /,-].*)?|[^ -~].*[0-9一二三四五六七八九十].*|[^0-9]{4,}[, ]+(s/n|S/N|SN)[.]?`}, Chance: 0.15, Full: 0.6, For: 1, Against: 2.5},
			{Check: Check{Name: "street.word", MinLen: 8, MaxLen: 120, Pattern: `[0-9]+[A-Za-z]?,? ([^ ]+ ){1,4}(St|Street|Ave|Avenue|Rd|Road|Blvd|Boulevard|Dr|Drive|Ln|Lane|Way|Court|Ct|Plaza|Place|Pl|Terrace|Parkway|Pkwy|Circle|Trail|Hwy|Highway|Sq|Square|Alley|Crossing|Pass|Park|Point|Hill|Junction|Center)[.,]?( .*)?|[0-9]+,? ([^ ]+ )*([Rr]ue|[Aa]venue|[Bb]oulevard|[Pp]lace|[Qq]uai|[Ii]mpasse) .+|.*([sS]tr[.]|[sS]tra(ß|ss)e|weg|[pP]latz|gasse|allee|[sS]traat|laan|gatan|vägen) [0-9]+.*|(Calle|C/|Avenida|Av[.]|Rua|R[.]|Via|Viale|Piazza|Corso|ul[.]|al[.]|Plaza|Paseo|Travessa|Rodovia|Alameda) .*[0-9].*`},
				Chance: 0.05, Full: 0.35, For: 5.5},
			{Check: Check{Name: "street.more", MinLen: 5, MaxLen: 120, Pattern: streetWords}, Chance: 0.05, Full: 0.4, For: 5},
		}},
	{Name: "postal_code", Doc: "postal codes", Version: 1, Class: ClassQuasi, Family: "postal_code", NeedsName: true, Types: numeric, Numbered: true,
		Names: []string{"zip", "zip code", "postal", "postal code", "postcode", "post code", "pstl cd", "pincode", "pin code", "eircode", "codigo postal", "cep", "code postal", "plz", "postleitzahl",
			"postnummer", "postnr", "kod pocztowy", "郵便番号", "yubin", "yubin bango"}, Hints: []string{"=cp", "=cap"}, Not: []string{"zip file", "pincode hash"},
		Tests: []Test{loose(Check{Name: "postal_code", Form: FormUpper, MinLen: 3, MaxLen: 12, Pattern: postalForms})}},
	{Name: "city", Doc: "cities and towns", Version: 1, Class: ClassQuasi, Family: "city",
		Names: []string{"city", "town", "municipality", "suburb", "ciudad", "localidad", "municipio", "cidade", "localidade", "ville", "stadt", "wohnort", "citta", "woonplaats", "postort", "miasto",
			"miejscowosc", "=ort", "市区町村", "shikuchoson", "kommun", "birth place", "place of birth", "birthplace"}, Hints: []string{"locality", "=commune", "=localite", "=comune", "=plaats", "=stad", "=市", "=poblacion", "=location"},
		Not: []string{"city id", "city code", "city population"},
		Tests: []Test{{Check: cityWords, Chance: 0.06, Full: 0.35, For: 3.5, Against: 0.3},
			loose(Check{Name: "city.words", MaxLen: 60, Pattern: `[^0-9@_:;|<>{}]{2,60}`})}},
	{Name: "state_region", Doc: "states, provinces and regions", Version: 1, Class: ClassQuasi, Family: "state_region",
		Names: []string{"state code", "state province", "province", "prov", "county", "provincia", "bundesland", "kanton", "provincie", "wojewodztwo", "都道府県", "todofuken", "departement", "regione", "region name"},
		Hints: []string{"state", "region", "=uf", "=estado", "=lan", "distrito", "district"}, Not: []string{"state id", "united states", "order state", "state machine", "region code", "business district"},
		Tests: []Test{{Check: Check{Name: "region.code", MaxLen: 3, Words: list(regionCodes)}, Chance: 0.5, Full: 0.95, For: 2.5},
			{Check: Check{Name: "region.name", MaxLen: 40, Words: list(regionNames)}, Chance: 0.08, Full: 0.5, For: 4, ByValues: true},
			anyWords(Check{Name: "region.words", MaxLen: 60, Pattern: `[^0-9@_:;|<>{}]{2,60}`})}},
	{Name: "country", Doc: "countries by name or ISO 3166 code", Version: 1, Class: ClassQuasi, Family: "country",
		Names: []string{"country", "country code", "country name", "pais", "pays", "kraj", "nazione", "paese", "kuni"}, Hints: []string{"nation", "=land", "=staat", "=国"}, Not: []string{"country id", "country phone"},
		Tests: []Test{{Check: countryCode, Chance: 0.6, Full: 0.93, For: 4, Against: 0},
			{Check: countryName, Chance: 0.15, Full: 0.6, For: 5.5, ByValues: true},
			{Check: countryOfficial, Chance: 0.15, Full: 0.5, For: 5},
			anyWords(Check{Name: "country.words", MaxLen: 60, Pattern: `[^0-9@_:;|<>{}]{2,60}`})}},
	{Name: "latitude", Doc: "geographic latitudes", Version: 1, Class: ClassQuasi, Family: "geo", NeedsName: true, Types: numeric,
		Names: []string{"lat", "latitude", "gps lat", "latitud", "breitengrad", "latitudine", "緯度"}, Hints: []string{"ycoord"},
		Tests: []Test{loose(Check{Name: "latitude", MaxLen: 30, Pattern: `-?([0-8]?[0-9]([.][0-9]+)?|90([.]0+)?)`})}},
	{Name: "longitude", Doc: "geographic longitudes", Version: 1, Class: ClassQuasi, Family: "geo", NeedsName: true, Types: numeric,
		Names: []string{"lon", "lng", "longitude", "gps lon", "longitud", "langengrad", "longitudine", "経度"}, Hints: []string{"=long"},
		Tests: []Test{loose(Check{Name: "longitude", MaxLen: 30, Pattern: `-?((1[0-7][0-9]|[0-9]{1,2})([.][0-9]+)?|180([.]0+)?)`})}},
	{Name: "geo_point", Doc: "pairs of latitude and longitude", Version: 1, Class: ClassQuasi, Family: "geo", Names: []string{"geolocation", "lat long", "coordinates", "geo point"},
		Tests: []Test{grammar(Check{Name: "geo_point", MinLen: 7, Pattern: `[(]?-?[0-9]{1,2}[.][0-9]+ ?[,; ] ?-?[0-9]{1,3}[.][0-9]+[)]?|POINT ?[(]-?[0-9]{1,3}([.][0-9]+)? -?[0-9]{1,3}([.][0-9]+)?[)]`})}},
	{Name: "url", Doc: "web addresses", Version: 1, Class: ClassQuasi, Family: "url",
		Names: []string{"url", "uri", "website", "homepage", "web site", "enlace", "sitio web", "lien", "site web", "webseite", "web page"}, Hints: []string{"link", "=web"},
		Tests: []Test{{Check: Check{Name: "url", MinLen: 8, Pattern: `(https?|ftps?)://[^ ]+`}, Chance: 0.02, Full: 0.2, For: 6.5, Against: 2},
			{Check: Check{Name: "url.bare", MinLen: 5, Pattern: `.*(https?://|www[.])[^ ]+.*|[A-Za-z0-9-]+([.][A-Za-z0-9-]+)*[.](com|org|net|gov|edu|io|de|fr|co[.]uk)(/.*)?`}, Chance: 0.1, Full: 0.5, For: 2}}},
}

// The forms of telephone numbers, from the one that says most to the one that says least.
var (
	phoneMarked = Test{Check: Check{Name: "phone.marked", MinLen: 8, MaxLen: 30, Checksum: "phone_digits", Pattern: `([+]|00)[1-9][0-9]{0,2}[ .-]?([(]0?[)])?[ .-]?[(]?[0-9]{1,5}[)]?([ ./-]?[0-9]{2,8}){1,5}( ?(x|ext[.]?) ?[0-9]{1,6})?|1?[ .-]?[(][0-9]{2,5}[)] ?[0-9]{2,5}([ .-]?[0-9]{2,5}){1,3}( ?(x|ext[.]?) ?[0-9]{1,6})?`}, Chance: 0.05, Full: 0.3, For: 6}
	phoneDashed = Test{Check: Check{Name: "phone.dashed", MinLen: 12, MaxLen: 22, Pattern: `(1[ .-])?[2-9][0-9]{2}[.-][0-9]{3}[.-][0-9]{4}( ?(x|ext[.]?) ?[0-9]{1,6})?`}, Chance: 0.1, Full: 0.6, For: 4.5}
	phoneLoose  = Check{Name: "phone", MinLen: 7, MaxLen: 30, Checksum: "phone_digits", Pattern: `([+]|00)?[0-9]{0,3}[ ./-]{0,3}[(]?[0-9]{1,5}[)]?([ ./-]{0,3}[0-9]{2,5}){1,5}( ?(x|ext[.]?) ?[0-9]{1,6})?`}
)

var (
	countryCode     = Check{Name: "country.code", MaxLen: 3, Words: list(alpha2, alpha3, sportCodes)}
	countryName     = Check{Name: "country.name", MaxLen: 50, Words: list(countryNames)}
	countryOfficial = Check{Name: "country.official", MinLen: 10, MaxLen: 60, Pattern: `(The )?([A-Z][a-z]+ )*(Republic|Kingdom|State|Sultanate|Principality|Commonwealth|Federation|Union|Emirate|Duchy) of .+|[A-Z].+ (Republic|Federation|Kingdom|Emirates)( of .+)?`}
)

// streetWords are values with the words of streets in more languages, before or behind the name.
const streetWords = `.*(丁目|番地|[0-9]番|[0-9]号|[路街道巷弄][0-9A-Za-z]|街道|大街|로 ?[0-9]|길 ?[0-9]|번길).*|` +
	`(Calle|C/|Cl[.]|Cra[.]?|Carrera|Avenida|Av[.]|Avda[.]|Rua|R[.]|Travessa|Rodovia|Alameda|Largo|Praça|Estrada|Via|Viale|Piazza|Corso|Vicolo|Contrada|Strada|Borgo|Rotonda|Canale|Ulica|ul[.]|al[.]|os[.]|pl[.]|Plaza|Paseo|Pasaje|Camino|Cerrada|Privada|Andador|Circuito|Boulevard|Blvd[.]?|Calzada|Prolongación|Diagonal|Ronda|Rambla|Cuesta|Glorieta|Vial|Callejón|Partida|Rue|Avenue|Chemin|Impasse|Allée|Quai|Jalan|Jl[.]?|Gang|Gg[.]|Lorong|Đường|Phố|Thôn|Ngõ|Bulevardul|Aleea|Soseaua|ulitsa|улица|ул[.]|пр[.]|просп[.]|проспект|пер[.]|переулок|бул[.]|бульвар|наб[.]|ш[.]|шоссе|вулиця|вул[.]|площа|Οδός|Λεωφόρος|شارع|רחוב|שדרות|H[. ]?No[.]?|P[.]?O[.]? ?Box) ?[^ ].*|` +
	`[0-9]+[A-Za-z]?,? ([^ ]+ ){0,4}(Calle|Rodovia|Rua|Avenida|Travessa|Via|Rue|Chemin|Nagar|Marg|Chowk|Path|Ganj|Estates?|Heights|Meadows?|Ridge|Run|Views?|Walk|Ways|Mews|Gardens|Grove|Close|Crescent|Rise|Row|Mall|Isle|Island|Keys?|Knolls?|Lake|Lodge|Loop|Manor|Mills?|Mission|Mountain|Neck|Orchard|Overpass|Fork|Forge|Ford|Forest|Fields?|Falls|Expressway|Extension|Drives|Divide|Dale|Dam|Curve|Cove|Corners?|Common|Club|Cliffs?|Cape|Canyon|Camp|Bypass|Burgs?|Brooks?|Bridge|Branch|Bluffs?|Bend|Beach|Bayou|Unions?|Valleys?|Viaduct|Villages?|Ville|Vista|Wells?|Trafficway|Track|Trace|Tunnel|Turnpike|Underpass|Summit|Stream|Stravenue|Station|Springs?|Spurs?|Skyway|Shores?|Shoals?|Route|Rest|Rapids?|Ranch|Ramp|Radial|Prairie|Ports?|Plains?|Pines?|Pike|Oval|Inlet|Hollow|Hills|Haven|Harbors?|Greens?|Glens?|Gateway|Freeway|Flats?|Ferry|Esplanade|Creek|Courts|Course|Causeway|Arcade|Annex)([,.]? .*)?|` +
	`[^0-9]*[a-zäöüåø](straße|strasse|str[.]|weg|platz|gasse|allee|ring|damm|ufer|steig|hof|berg|straat|laan|gracht|plein|kade|dreef|singel|gatan|gata|vägen|väg|gränd|stigen|gate|gaten|veien|vegen|vei|vej|vejen|gade|gaden|allé|katu|tie|kuja|polku|stræde|torv) [0-9]+.*|` +
	`[^0-9]* (Väg|Gata|Gatan|Allé|Gränd|Vej|utca|út|tér|sokak|Sokak|Sk[.]|Cd[.]|Caddesi|Cadde|Bulvarı|Mah[.]|Mahallesi|ulica|sok[.]|cad[.]|köz|krt[.]|[Ss]t[.]|[Rr]d[.]|str[.]|Straße|Weg|Platz|Ring|tänav|iela|gatvė) [0-9№].*`
