package classify

import "github.com/polsync/polsync/state"

// healthSuite recognises medical identifiers and codes.
var healthSuite = []Classifier{
	{Name: "mrn", Doc: "medical record and patient numbers", Version: 1, Class: ClassPHI, Family: "health", NeedsName: true, Numbered: true, Types: integer,
		Names: []string{"mrn", "medical record", "medical record number", "patient number", "chart number", "hospital number", "historia clinica", "prontuario", "number utente", "ipp", "dossier patient", "patientennummer", "fallnummer", "cartella clinica"},
		Hints: []string{"patient id"},
		Tests: []Test{loose(Check{Name: "mrn", Form: FormUpper, MinLen: 4, MaxLen: 20, Pattern: `[A-Z]{0,4}[- ]?[0-9]{4,12}`})}},
	{Name: "icd10", Doc: "ICD-10 diagnosis codes", Version: 1, Class: ClassPHI, Family: "health", Numbered: true,
		Names: []string{"icd", "icd 10", "icd10", "dx", "diagnosis code", "diag code", "dx code", "diagnosis", "diagnostico", "diagnostic", "diagnose"}, Hints: []string{"=cid", "=cie", "=cim"},
		Tests: []Test{loose(Check{Name: "icd10", Form: FormUpper, MinLen: 3, MaxLen: 8, Pattern: `[A-TV-Z][0-9][0-9A-Z]([.][0-9A-Z]{1,4}|[0-9A-Z]{1,4})?`}),
			{Check: Check{Name: "icd10.dotted", Form: FormUpper, MinLen: 5, MaxLen: 8, Pattern: `[A-TV-Z][0-9][0-9A-Z][.][0-9A-Z]{1,4}`}, Chance: 0.2, Full: 0.5, For: 4.5}}},
	{Name: "npi", Doc: "US national provider identifiers", Version: 1, Class: ClassPHI, Family: "health", Numbered: true, Types: integer,
		Names: []string{"npi", "npi number"}, Hints: []string{"prescriber"},
		Tests: []Test{loose(Check{Name: "npi.form", Form: FormDigits, MinLen: 10, MaxLen: 12, Pattern: `[12][0-9]{9}`}),
			sum(Check{Name: "npi", Form: FormDigits, MinLen: 10, MaxLen: 12, Pattern: `[12][0-9]{9}`, Checksum: "luhn_npi"}, "npi.form", 0.1)}},
	{Name: "us_mbi", Doc: "US Medicare beneficiary identifiers", Version: 1, Class: ClassPHI, Family: "health", Numbered: true,
		Names: []string{"mbi", "medicare beneficiary"}, Hints: []string{"medicare"},
		Tests: []Test{grammar(Check{Name: "us_mbi", Form: FormAlnum, MinLen: 11, MaxLen: 13, Pattern: `[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9][0-9][AC-HJKMNP-RT-Y]{2}[0-9]{2}`})}},
	{Name: "dea_number", Doc: "US prescriber numbers of the DEA", Version: 1, Class: ClassPHI, Family: "health", Numbered: true,
		Names: []string{"dea", "dea number"},
		Tests: []Test{{Check: Check{Name: "dea_number.form", Form: FormUpper, MinLen: 9, MaxLen: 9, Pattern: `[A-HJ-NP-UX][A-Z9][0-9]{7}`}, Chance: 0.2, Full: 0.8, For: 1, Against: 4},
			sum(Check{Name: "dea_number", Form: FormUpper, MinLen: 9, MaxLen: 9, Pattern: `[A-HJ-NP-UX][A-Z9][0-9]{7}`, Checksum: "dea"}, "dea_number.form", 0.1)}},
}

// networkSuite recognises addresses of machines and devices.
var networkSuite = []Classifier{
	{Name: "ipv4", Doc: "IPv4 addresses", Version: 1, Class: ClassPII, Family: "network",
		Names: []string{"ip", "ip address", "ipv4", "src ip", "dst ip", "client ip", "remote addr", "host ip", "source ip", "login ip", "ipaddr"}, Hints: []string{"srcaddr", "dstaddr", "=src", "=dst", "origin host", "host"},
		Not: []string{"version", "ver", "build", "firmware", "release", "revision"},
		Tests: []Test{grammar(Check{Name: "ipv4", MinLen: 7, MaxLen: 15, Pattern: `((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])[.]){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])`}),
			{Check: Check{Name: "ipv4.small", MinLen: 7, MaxLen: 15, Pattern: `([0-9]|1[12])[.].*`}, Chance: 0.4, Full: 0.85, For: -5}, // first numbers of versions
			{Check: Check{Name: "ipv4.version", MinLen: 7, MaxLen: 12, Pattern: `[0-9]{1,2}[.][0-9]{1,2}[.][0-9]{1,2}[.][0-9]{1,3}`}, Chance: 0.4, Full: 0.9, For: -5}}},
	{Name: "ipv6", Doc: "IPv6 addresses", Version: 1, Class: ClassPII, Family: "network", Names: []string{"ipv6", "ip 6"}, Hints: []string{"ip", "ip address", "srcaddr", "dstaddr"},
		Tests: []Test{grammar(Check{Name: "ipv6", MinLen: 3, MaxLen: 60, Checksum: "ipv6", Pattern: `[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){1,6}:([0-9A-Fa-f]{1,4}|([0-9]{1,3}[.]){3}[0-9]{1,3})?(%[0-9A-Za-z]+)?`})}},
	{Name: "mac_address", Doc: "network hardware addresses", Version: 1, Class: ClassPII, Family: "network", Names: []string{"mac", "mac address", "hw addr", "ethernet", "bssid", "macaddr"},
		Tests: []Test{macAddress, {Check: Check{Name: "mac_address.bare", MinLen: 12, MaxLen: 12, Pattern: `[0-9A-F]{12}|[0-9a-f]{12}`}, Chance: 0.1, Full: 0.6, For: 5}},
		Alone: []Test{macAddress}},
	{Name: "imei", Doc: "mobile device identifiers", Version: 1, Class: ClassPII, Family: "device", Numbered: true, Types: []state.Family{state.FamilyNumber}, Names: []string{"imei", "meid", "device imei"},
		Tests: []Test{{Check: Check{Name: "imei.form", Form: FormDigits, MinLen: 15, MaxLen: 20, Pattern: `[0-9]{15}`}, Chance: 0.2, Full: 0.8, For: 1, Against: 4},
			sum(Check{Name: "imei", Form: FormDigits, MinLen: 15, MaxLen: 20, Pattern: `[0-9]{15}`, Checksum: "luhn"}, "imei.form", 0.1)}},
}

// secretSuite recognises credentials.
var secretSuite = []Classifier{
	{Name: "password", Doc: "passwords and PINs in clear", Version: 1, Class: ClassSecret, Family: "secret", NeedsName: true,
		Names: []string{"password", "pass word", "passphrase", "secret answer", "security answer", "contrasena", "senha", "mot passe", "mot de passe", "mdp", "passwort", "kennwort", "wachtwoord", "losenord", "haslo", "パスワード", "pass phrase"},
		Hints: []string{"=clave", "=parola", "pin", "=pass"}, Not: []string{"password changed", "password hash", "password hint", "last changed", "password date", "pin code"},
		Tests: []Test{loose(Check{Name: "password", MinLen: 3, MaxLen: 128, Pattern: `[^ ].*`})}},
	{Name: "password_hash", Doc: "hashed passwords", Version: 1, Class: ClassSecret, Family: "secret", Allows: []string{"shape.hash"},
		Names: []string{"password hash", "pwd hash", "passwordhash", "hashed password", "password digest", "pw hash"},
		Tests: []Test{grammar(Check{Name: "password_hash", MinLen: 20, Pattern: `[$](2[abxy]|argon2(id|i|d)|1|5|6|7|y|gy|scrypt|pbkdf2[a-z0-9-]*)[$].{20,}|(pbkdf2|scrypt|bcrypt|argon2)[a-z0-9_:-]*[$].{20,}|[{](SSHA|SHA|SMD5|MD5|CRYPT|BCRYPT|PBKDF2|ARGON2|SSHA256|SSHA512|SHA256|SHA512|ssha|sha|md5|crypt|bcrypt|pbkdf2|noop)([-_.0-9A-Za-z]*)[}].{8,}|[*][0-9A-F]{40}|[0-9a-f]{32}:[0-9A-Za-z]+`})}},
	{Name: "api_key", Doc: "API keys and access tokens", Version: 1, Class: ClassSecret, Family: "secret", Allows: []string{"shape.hash", "shape.uuid"},
		Names: []string{"api key", "apikey", "secret key", "access key", "access token", "refresh token", "client secret", "auth token", "bearer", "bearer token", "private token", "api token", "api secret", "webhook secret", "session token", "secret"},
		Hints: []string{"token", "webhook", "=key"}, Not: []string{"token type", "token id", "token count", "token expiry", "public key", "secret santa", "token hash", "secret answer"},
		Tests: []Test{
			{Check: Check{Name: "api_key", MinLen: 20, Pattern: `(AKIA|ASIA|AGPA|AROA|AIDA|ANPA)[A-Z2-7]{16}|gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{82}|glpat-[A-Za-z0-9_-]{20,}|(sk|rk|pk)_(live|test)_[A-Za-z0-9]{16,}|xox[abposr]-[A-Za-z0-9-]{20,}|AIza[A-Za-z0-9_-]{35}|SG[.][A-Za-z0-9_-]{22}[.][A-Za-z0-9_-]{43}|npm_[A-Za-z0-9]{36}|sk-(proj-|ant-[a-z0-9]+-)?[A-Za-z0-9_-]{20,}|dapi[0-9a-f]{32}(-[0-9]+)?|SK[0-9a-f]{32}|shp(at|ca|pa|ss)_[0-9a-fA-F]{32}|hf_[A-Za-z]{34}|` + moreKeys}, Chance: 0.02, Full: 0.2, For: 6.5},
			{Check: Check{Name: "api_key.bare", MinLen: 16, MaxLen: 512, Pattern: `[A-Za-z0-9+/=_.~-]{16,}`}, Chance: 0.2, Full: 0.7, For: 0.5, Against: 4}}},
	{Name: "jwt", Doc: "JSON web tokens", Version: 1, Class: ClassSecret, Family: "secret", Names: []string{"jwt", "id token"},
		Tests: []Test{grammar(Check{Name: "jwt", MinLen: 30, Pattern: `eyJ[A-Za-z0-9_-]{8,}[.][A-Za-z0-9_-]{8,}([.][A-Za-z0-9_-]*)?`})}},
	{Name: "private_key", Doc: "private keys in PEM", Version: 1, Class: ClassSecret, Family: "secret", Names: []string{"private key", "privkey", "signing key", "rsa key", "ssh key"},
		Tests: []Test{grammar(Check{Name: "private_key", MinLen: 30, Pattern: `-----BEGIN ([A-Z0-9]+ )*PRIVATE KEY( BLOCK)?-----[^~]*`})}},
	{Name: "connection_string", Doc: "connection strings and URLs with a password", Version: 1, Class: ClassSecret, Family: "secret", Names: []string{"connection string", "conn str", "dsn", "jdbc url", "database url", "connection url"},
		Tests: []Test{grammar(Check{Name: "connection_string", MinLen: 12, Pattern: `(jdbc:)?[a-z][a-z0-9+.-]{1,20}://[^ /:@]+:[^ /@]+@[^ ]+|.*([Pp]assword|[Pp]wd|PWD)=[^;]+;.*`})}},
}

var macAddress = grammar(Check{Name: "mac_address", MinLen: 14, MaxLen: 17, Pattern: `([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|([0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}|([0-9A-Fa-f]{4}[.]){2}[0-9A-Fa-f]{4}`})

// moreKeys are keys and tokens that begin with what their issuers gave them to be told by.
const moreKeys = `do[opr]_v1_[0-9a-f]{64}|key-[0-9a-z]{32}|pypi-[A-Za-z0-9_-]{50,}|rubygems_[0-9a-f]{48}|glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|gl(rt|dt|cbt|ptt|ft|soat|imt|agent)-[A-Za-z0-9_-]{20,}|ya29[.][A-Za-z0-9_-]{20,}|1//0[A-Za-z0-9_-]{30,}|GOCSPX-[A-Za-z0-9_-]{20,}|` +
	`lin_api_[A-Za-z0-9]{32,}|PMAK-[0-9a-f]{24}-[0-9a-f]{34}|(ntn|secret)_[A-Za-z0-9]{40,}|whsec_[A-Za-z0-9+/=]{24,}|hv[sbr][.][A-Za-z0-9_-]{20,}|sq0(atp|csp|idp)-[A-Za-z0-9_-]{22,}|EAA[A-Za-z0-9]{40,}|AGE-SECRET-KEY-1[0-9A-Z]{58}|NRAK-[A-Z0-9]{27}|NRJS-[0-9a-f]{19}|` +
	`xkeysib-[0-9a-f]{64}-[A-Za-z0-9]{16}|pat[A-Za-z0-9]{14}[.][0-9a-f]{64}|[0-9]{8,10}:[A-Za-z0-9_-]{35}|dckr_pat_[A-Za-z0-9_-]{20,}|sntr(ys|yu)_[A-Za-z0-9+/=_]{40,}|ph[cx]_[A-Za-z0-9]{32,}|fig[duo]_[A-Za-z0-9_-]{30,}|shippo_(live|test)_[0-9a-f]{40}|r8_[A-Za-z0-9]{37}|gsk_[A-Za-z0-9]{40,}|` +
	`(pplx|xai|ops|pul|sgp|fio-u|duffel_live)[-_][A-Za-z0-9_=-]{32,}|ATATT3[A-Za-z0-9_=-]{50,}|ATCTT3[A-Za-z0-9_=-]{50,}|sl[.][A-Za-z0-9_-]{60,}|dp[.](pt|st|ct|sa)[.][A-Za-z0-9_.-]{32,}|[A-Za-z0-9]{14}[.]atlasv1[.][A-Za-z0-9=_-]{60,}|CCIPAT_[A-Za-z0-9]{20,}_[0-9a-f]{40}|` +
	`xapp-[0-9]-[A-Z0-9]+-[0-9]+-[0-9a-f]{20,}|[0-9a-f]{32}-us[0-9]{1,2}|AccountKey=[A-Za-z0-9+/=]{40,}|SharedAccessKey=[A-Za-z0-9+/=]{40,}|(access_token|live|test)[$_-][A-Za-z0-9$_-]{30,}|ABSK[A-Za-z0-9+/=]{80,}|LTAI[A-Za-z0-9]{16,20}|AKID[A-Za-z0-9]{32}|tfp_[A-Za-z0-9_-]{40,}|nvapi-[A-Za-z0-9_-]{60,}|EZ[AT]K[A-Za-z0-9]{54}|(rdme|railway|vercel|netlify|fly|supabase|sbp|sb_secret)_[A-Za-z0-9_-]{24,}|Bearer [A-Za-z0-9._~+/=-]{20,}`
