package classify

var (
	givenFirst   = Check{Name: "word.given_first", Form: FormFirstWord, Words: givenNames}
	givenLast    = Check{Name: "word.given_last", Form: FormLastWord, Words: givenNames}
	surnameFirst = Check{Name: "word.surname_first", Form: FormFirstWord, Words: surnames}
	articled     = Check{Name: "name.article", MaxLen: 120, Pattern: `(The|A|An|Der|Die|Das|Le|Les|El|Los|Las|Il|Gli|Une|Eine|Het) .+`}
	surnameLast  = Check{Name: "word.surname_last", Form: FormLastWord, Words: surnames}
	commaName    = Check{Name: "name.comma", MaxLen: 60, Pattern: `[^0-9@_/:;|<>{},]{2,30}, ?[^0-9@_/:;|<>{},]{2,30}`}
	titledName   = Check{Name: "name.titled", MaxLen: 60, Pattern: `((Mr|Mrs|Ms|Miss|Dr|Prof|Sir|Herr|Frau|Sr|Sra|Mme|M)[.]? .+|.+ (Jr|Sr|MD|PhD|DDS|DVM|I|II|III|IV|V)[.]?)`}
)

// personSuite recognises what describes a person.
var personSuite = []Classifier{
	{Name: "first_name", Doc: "given names of people", Version: 1, Class: ClassPII, Family: "person_name", People: true,
		Names: []string{"first name", "fname", "fnm", "given name", "forename", "christian name", "middle name", "mname", "nick name", "preferred name",
			"nombre pila", "primer nombre", "primeiro nome", "prenome", "prenom", "vorname", "vname", "rufname", "voornaam", "roepnaam", "fornamn", "for namn",
			"tilltalsnamn", "imie", "drugie imie", "名", "mei", "fore name", "isim", "imya", "nome proprio"},
		Hints: []string{"=nombre", "=nombres", "=nome", "=first", "=given", "=middle", "host name"}, Not: []string{"name initial", "middle initial", "file name", "user name"},
		Tests: []Test{
			{Check: givenFirst, Chance: 0.04, Full: 0.4, For: 2.5, Against: 0.5},
			{Check: shape("shape.word1"), Chance: 0.2, Full: 0.75, For: 1, Against: 3},
			{Check: surnameLast, Chance: 0.3, Full: 0.7, For: -1},
			{Check: shape("shape.company"), Chance: 0.05, Full: 0.3, For: -4},
		}},
	{Name: "last_name", Doc: "family names of people", Version: 1, Class: ClassPII, Family: "person_name", People: true,
		Names: []string{"last name", "lname", "lnm", "surname", "sur name", "family name", "srnm", "maiden name", "maiden", "apellido", "apellidos", "sobrenome", "apelido",
			"ultimo nome", "nom famille", "nom de famille", "nachname", "nach name", "familienname", "nname", "zuname", "geburtsname", "cognome", "achternaam", "familienaam", "efternamn",
			"efter namn", "nazwisko", "姓", "sei", "myoji", "soyad", "soyadi", "familiya"},
		Hints: []string{"=nom", "=last", "=family", "=apelido"}, Not: []string{"last seen", "last login", "last modified"},
		Tests: []Test{
			{Check: surnameLast, Chance: 0.04, Full: 0.3, For: 2.5, Against: 0.5},
			{Check: shape("shape.word1"), Chance: 0.2, Full: 0.7, For: 1, Against: 2},
			{Check: givenFirst, Chance: 0.4, Full: 0.8, For: -1.5},
			{Check: shape("shape.company"), Chance: 0.05, Full: 0.3, For: -4},
		}},
	{Name: "full_name", Doc: "whole names of people", Version: 1, Class: ClassPII, Family: "person_name", People: true,
		Names: []string{"full name", "customer name", "client name", "patient name", "employee name", "contact name", "person name", "holder name", "cardholder",
			"card holder", "account holder", "beneficiary", "legal name", "member name", "owner name", "student name", "author name", "player name",
			"nombre completo", "nombre apellidos", "titular", "nome completo", "nome cliente", "nom complet", "nom prenom", "titulaire", "vollname",
			"voller name", "ansprechpartner", "kontoinhaber", "kundenname", "versicherter", "nominativo", "nome cognome", "intestatario", "volledige naam", "rekeninghouder",
			"fullstandigt namn", "namn", "imie nazwisko", "氏名", "名前", "shimei", "ad soyad", "fio", "official full", "applicant name", "holder", "applicant",
			"manager name", "supervisor name", "sender name", "recipient name", "recipient", "spouse name", "father name", "mother name", "emergency contact"},
		Hints: []string{"=name", "=person", "=naam", "=nombre", "=nome", "contact", "author", "owner", "player", "candidate", "display name", "employee", "customer",
			"manager", "assignee", "reporter", "director", "=full", "inhaber", "supervisor", "attending", "physician", "doctor", "entity name", "=subject", "nominee", "=officer"},
		Not: []string{"company name", "product name", "file name", "table name", "column name", "event name", "host name", "user name", "first name", "last name", "contact title", "store name",
			"brand name", "school name", "source name", "merchant name", "track name", "project name", "city name", "country name", "state name", "storm", "hurricane", "vessel name", "ship name"},
		Tests: []Test{
			{Check: givenFirst, Chance: 0.04, Full: 0.35, For: 4, Against: 0.5},
			{Check: givenLast, Chance: 0.1, Full: 0.5, For: 1.5},
			{Check: surnameLast, Chance: 0.03, Full: 0.25, For: 2, Against: 0.5},
			{Check: shape("shape.words2"), Chance: 0.15, Full: 0.6, For: 1, Against: 3},
			{Check: shape("shape.word1"), Chance: 0.2, Full: 0.75}, // a patronymic alone: supports nothing, is not hardly a name
			{Check: commaName, Chance: 0.2, Full: 0.7, For: 1},
			{Check: hanName, Chance: 0.4, Full: 0.85, For: 6},
			{Check: hangulName, Chance: 0.5, Full: 0.9, For: 5},
			{Check: kanjiName, Chance: 0.3, Full: 0.9, For: 5},
			{Check: titledName, Chance: 0.02, Full: 0.15, For: 0.5},
			{Check: shape("shape.company"), Chance: 0.1, Full: 0.5, For: -5},
		}},
	{Name: "date_of_birth", Doc: "dates of birth", Version: 2, Class: ClassPII, Family: "birth", NeedsName: true, People: true, Types: dates, NamedTypes: integer,
		Names: []string{"dob", "yob", "birth date", "birthday", "birth day", "date of birth", "date birth", "bday", "born", "fecha nacimiento", "fecha de nacimiento", "birth de date", "fnac",
			"data nascimento", "data de nascimento", "date naissance", "date de naissance", "ddn", "geburtsdatum", "geburts datum", "gebdatum", "geburtstag", "gebdat", "data di nascita",
			"geboortedatum", "geboorte date", "fodelsedatum", "fodelse date", "data urodzenia", "生年月日", "seinengappi", "dogum tarihi", "data rozhdeniya", "date birth"},
		Hints: []string{"=birth", "=naissance", "birthdt", "birth year", "year birth", "=urodzenia"},
		Not:   []string{"birth place", "place of birth", "birth city", "birth country", "birth state", "birth month", "birth weight", "child birth"},
		Tests: []Test{loose(Check{Name: "date_of_birth", MinLen: 4, MaxLen: 30,
			Pattern: `((19|20)[0-9]{2}([-/.]?(0?[1-9]|1[0-2])([-/.]?(0?[1-9]|[12][0-9]|3[01])([ T]00:00(:00)?([.]0+)?Z?)?)?)?|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]((19|20)[0-9]{2}|[0-9]{2})[.]?|[A-Za-z]{3,9}[.]? [0-9]{1,2},? (19|20)[0-9]{2}|[0-9]{1,2} [A-Za-z]{3,9}[.]?,? (19|20)[0-9]{2}|(19|20)[0-9]{2}年[0-9]{1,2}月[0-9]{1,2}日)`})},
		Allows: []string{"shape.date", "shape.timestamp"}},
	{Name: "age", Doc: "ages in years", Version: 1, Class: ClassQuasi, Family: "age", NeedsName: true, People: true, Types: numeric,
		Names: []string{"age years", "age in years", "current age", "customer age", "patient age", "lebensalter", "leeftijd", "idade", "年齢", "nenrei", "edad", "wiek", "=age", "=alter", "alder", "=eta"},
		Hints: []string{"age"}, Not: []string{"age group", "age band", "age range", "age of account", "average age", "account age", "retirement age", "age days", "min age", "max age", "age limit"},
		Tests: []Test{loose(Check{Name: "age", MaxLen: 5, Pattern: `(1[01][0-9]|[1-9]?[0-9])([.][0-9]+)?`})}},
	{Name: "gender", Doc: "sex or gender", Version: 1, Class: ClassQuasi, Family: "gender", People: true, Types: integer,
		Names: []string{"gender", "sex", "gndr", "genero", "sexo", "sexe", "geschlecht", "sesso", "geslacht", "plec", "性別", "seibetsu", "cinsiyet", "pol"},
		Hints: []string{"=genre", "=kon", "=genere"},
		Tests: []Test{
			{Check: Check{Name: "gender", MaxLen: 20, Words: genders}, Chance: 0.6, Full: 0.95, For: 3.5, Against: 1.5},
			loose(Check{Name: "gender.code", MaxLen: 20, Pattern: `([0-9]|[^0-9@_/.:]+)`})},
	},
	{Name: "nationality", Doc: "nationalities and citizenships", Version: 1, Class: ClassQuasi, Family: "demographic", NeedsName: true, People: true,
		Names: []string{"nationality", "citizenship", "demonym", "nacionalidad", "nacionalidade", "nationalite", "nationalitat", "staatsangehorigkeit", "nazionalita", "cittadinanza",
			"nationaliteit", "nationalitet", "narodowosc", "obywatelstwo", "国籍", "kokuseki"}, Hints: []string{"citizen"}, Not: []string{"language", "languages", "lang", "locale", "spoken", "sprache", "langue", "idioma", "lingua", "taal", "jezyk", "sprak", "kieli", "dil", "语言", "言語", "cuisine", "edition"},
		Tests: []Test{loose(wordsCheck)}},
	{Name: "ethnicity", Doc: "ethnic groups and race", Version: 1, Class: ClassQuasi, Family: "demographic", People: true,
		Names: []string{"ethnicity", "ethnic", "etnia", "raza", "raca", "origine ethnique", "ethnie", "etniciteit", "etnicitet", "民族"}, Hints: []string{"=race", "race"},
		Not: []string{"race date", "race result", "race time"},
		Tests: []Test{{Check: Check{Name: "ethnicity", MaxLen: 50, Words: ethnicities}, Chance: 0.2, Full: 0.7, For: 4, Against: 0.5},
			loose(wordsCheck)}},
	{Name: "religion", Doc: "religions and denominations", Version: 1, Class: ClassQuasi, Family: "demographic", People: true,
		Names: []string{"religion", "denomination", "religiao", "konfession", "religione", "religie", "wyznanie", "宗教", "shukyo"}, Hints: []string{"=faith"},
		Tests: []Test{{Check: Check{Name: "religion", MaxLen: 40, Words: religions}, Chance: 0.2, Full: 0.7, For: 4.5, Against: 0.5}, loose(wordsCheck)}},
	{Name: "marital_status", Doc: "marital status", Version: 1, Class: ClassQuasi, Family: "demographic", People: true, Types: integer,
		Names: []string{"marital", "marital status", "mrtl", "marriage", "estado civil", "etat civil", "situation familiale", "familienstand", "stato civile", "burgerlijke staat",
			"civilstand", "civil stand", "stan cywilny", "婚姻", "family status"},
		Tests: []Test{{Check: Check{Name: "marital_status", MaxLen: 40, Words: maritalStatuses}, Chance: 0.3, Full: 0.8, For: 4, Against: 0},
			anyCode}},
	{Name: "occupation", Doc: "occupations and job titles", Version: 1, Class: ClassQuasi, Family: "demographic", People: true,
		Names: []string{"occupation", "occupation type", "job title", "profession", "ocupacion", "profesion", "puesto", "profissao", "cargo", "metier", "beruf", "berufsbezeichnung", "professione", "mansione",
			"beroep", "functie", "yrke", "zawod", "stanowisko", "職業", "shokugyo", "contact title"}, Hints: []string{"position", "=job", "=role", "=poste", "employment", "designation"},
		Not: []string{"job id", "job number", "job status"},
		Tests: []Test{{Check: jobLast, Chance: 0.03, Full: 0.35, For: 3.5, Against: 1.5},
			loose(Check{Name: "occupation.words", MaxLen: 80, Pattern: `[^0-9@_:;|<>{}]+`})}},
	{Name: "salary", Doc: "pay and income of people", Version: 1, Class: ClassQuasi, Family: "income", NeedsName: true, People: true, Types: numeric,
		Names: []string{"salary", "income total", "total income", "wage", "wages", "annual income", "annual inc", "yearly income", "compensation", "pay rate", "gross pay", "base pay", "salario", "sueldo", "nomina", "renda mensal",
			"salaire", "remuneration", "gehalt", "jahresgehalt", "lohn", "einkommen", "stipendio", "reddito", "retribuzione", "salaris", "loon", "inkomen", "inkomst", "pensja",
			"wynagrodzenie", "給与", "年収", "nenshu", "net pay", "manadslon", "arslon", "vencimento", "rendimento"},
		Hints: []string{"income", "sal", "=lon", "=renda", "earnings", "=ingresos", "=revenu"},
		Not:   []string{"income type", "salary currency", "low wage", "per capita", "salary range", "median"},
		Tests: []Test{loose(Check{Name: "salary", MaxLen: 20, Pattern: `([A-Z]{3}|[$€£¥₹₽₺₩]|R[$]|kr[.]?)? ?[0-9]{1,3}([,. ']?[0-9]{3})*([.,][0-9]+)?_?( ?([A-Z]{3}|[€$£¥₹₽₺₩]|kr[.]?|zł|Kč|Ft|lei|TL|k|K))?`})}},
	{Name: "free_text", Doc: "free text with personal data in it", Version: 2, Class: ClassPII, Family: "free_text", NeedsValues: true, Tests: textTests, Allows: []string{"shape.json"}},
	{Name: "username", Doc: "login names and handles", Version: 1, Class: ClassQuasi, Family: "username", NeedsName: true, People: true,
		Names: []string{"user name", "login", "login name", "userid", "logon", "screen name", "uname", "usuario", "utilizador", "identifiant", "utilisateur", "benutzername", "anmeldename",
			"nome utente", "gebruikersnaam", "anvandarnamn", "nazwa uzytkownika", "ユーザー名", "twitter", "instagram", "github user", "skype", "telegram", "nick"},
		Hints: []string{"handle", "=user", "=account", "=utente", "facebook", "youtube", "=author"}, Not: []string{"last login", "login count", "user agent", "login ip", "login date", "user type", "twitter id", "youtube id"},
		Tests: []Test{loose(Check{Name: "username", MaxLen: 40, Pattern: `@?[A-Za-z][A-Za-z0-9._-]{1,39}`})}},
}

// anyCode is passed by codes of one digit and by words. It supports nothing, but what it takes is not hardly of the type.
var anyCode = Test{Check: Check{Name: "gender.code", MaxLen: 20, Pattern: `([0-9]|[^0-9@_/.:]+)`}, Chance: 0.15, Full: 0.6}

var wordsCheck = Check{Name: "words", MaxLen: 60, Pattern: `[^0-9@_:;|<>{}]+`}
