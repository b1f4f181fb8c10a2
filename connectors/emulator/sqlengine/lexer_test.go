package sqlengine

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func tokens(d Dialect, sql string) string {
	var out []string
	for _, t := range lex(d, sql) {
		if t.Kind == TokenEOF {
			break
		}
		out = append(out, fmt.Sprintf("%s:%s", map[TokenKind]string{TokenWord: "w", TokenQuoted: "q", TokenString: "s", TokenNumber: "n",
			TokenOp: "o", TokenBind: "?", TokenDollar: "$", TokenInvalid: "!"}[t.Kind], t.Text))
	}
	return strings.Join(out, " ")
}

func TestLexer(t *testing.T) {
	for _, c := range []struct {
		d         Dialect
		sql, want string
	}{
		{Snowflake, `a."b""c".D$1`, `w:a o:. q:b"c o:. w:D$1`},
		{Snowflake, `"a.b; -- c"`, `q:a.b; -- c`},
		{Snowflake, `'it''s' 'it\'s' 'a\\b' '\z' '\x41\u00e9\101'`, `s:it's s:it's s:a\b s:z s:AéA`},
		{Snowflake, `$$a 'b' \d$$ $1 $x`, `s:a 'b' \d $:1 $:x`},
		{Snowflake, "1 -- c\n// d\n/* e ' */ 2", `n:1 n:2`},
		{Snowflake, `x::number(3,1)`, `w:x o::: w:number o:( n:3 o:, n:1 o:)`},
		{Snowflake, `1.5e-3 .5 t.1 1.`, `n:1.5e-3 n:.5 w:t o:. n:1 n:1.`},
		{Snowflake, `'open`, `!:unterminated string literal`},
		{Snowflake, `/* open`, `!:unterminated comment`},
		{Snowflake, `$$ open`, `!:unterminated dollar-quoted string`},
		{Snowflake, `""`, `!:empty quoted identifier`},
		{Snowflake, `1abc`, `!:number runs into a word`},
		{Snowflake, "a\x80", `w:a !:text is not valid UTF-8`},
		{Snowflake, "naïve Ünï", `w:naïve w:Ünï`},
		{Databricks, "`a``b` \"str\" r'\\d+' R\"x\"", "q:a`b s:str s:\\d+ s:x"},
		{Databricks, `'a\%b' 'a\'b'`, `s:a\%b s:a'b`},
		{Databricks, `:name c:field 1L 1.5BD 2D`, `o:: w:name w:c o:: w:field n:1L n:1.5BD n:2D`},
		{Databricks, `/* a /* b */ c */ x`, `w:x`},
		{Databricks, `a // b`, `w:a o:/ o:/ w:b`},
	} {
		if got := tokens(c.d, c.sql); got != c.want {
			t.Errorf("%s %s\n got %s\nwant %s", c.d, c.sql, got, c.want)
		}
	}
}

func TestLiteralAndQuoteRoundTrip(t *testing.T) {
	for _, d := range []Dialect{Snowflake, Databricks} {
		for _, s := range []string{"", "a'b", `a\'; DROP TABLE x; --`, "\n\t\x00é\U0001F600", "$$", "`\"`", `\u0041`, "%_"} {
			toks := lex(d, d.Literal(s))
			if toks[0].Kind != TokenString || toks[0].Text != s || toks[1].Kind != TokenEOF {
				t.Errorf("%s literal %q is read back as %v", d, s, toks)
			}
			if s == "" {
				continue
			}
			toks = lex(d, d.Quote(s))
			if toks[0].Kind != TokenQuoted || toks[0].Text != s || toks[1].Kind != TokenEOF {
				t.Errorf("%s name %q is read back as %v", d, s, toks)
			}
		}
	}
}

func TestSplit(t *testing.T) {
	got, err := Split(Snowflake, "-- a;\nSELECT ';' ;; CREATE x AS $$;$$;\n /* ; */ ")
	if err != nil || fmt.Sprintf("%q", got) != `["-- a;\nSELECT ';'" "CREATE x AS $$;$$"]` {
		t.Errorf("%q %v", got, err)
	}
	if _, err := Split(Snowflake, "SELECT 'x"); err == nil {
		t.Error("an open literal must not split")
	}
}

func TestCursor(t *testing.T) {
	p := NewParser(Snowflake, `ALTER TABLE db."s S".t SET TAG gov.pii = 'e;m', n = -1.5 BODY CASE WHEN (a) THEN 1 END  COMMENT = 'c'`)
	if p.AcceptKeyword("ALTER", "VIEW") || !p.AcceptKeyword("ALTER", "TABLE") {
		t.Fatal("a sequence is taken whole or not at all")
	}
	name, err := p.Name()
	if err != nil || strings.Join(name.Texts(), "/") != "DB/s S/T" {
		t.Fatalf("%v %v", name, err)
	}
	if err := p.ExpectKeyword("SET", "TAG"); err != nil {
		t.Fatal(err)
	}
	if tag, err := p.Name(); err != nil || tag.String() != "GOV.PII" {
		t.Fatalf("%v %v", tag, err)
	}
	p.AcceptKeyword("=")
	if s, err := p.StringLiteral(); err != nil || s != "e;m" {
		t.Fatalf("%q %v", s, err)
	}
	p.AcceptKeyword(",", "N", "=")
	if v, typ, err := p.NumberLiteral(); err != nil || fmt.Sprint(v) != "-1.5" || typ.SQL(Snowflake) != "NUMBER(2,1)" {
		t.Fatalf("%v %v %v", v, typ, err)
	}
	p.AcceptKeyword("BODY")
	if body, err := p.RestUntil("COMMENT"); err != nil || body != "CASE WHEN (a) THEN 1 END" {
		t.Fatalf("%q %v", body, err)
	}
	if err := p.ExpectKeyword("OWNER"); err == nil {
		t.Fatal("COMMENT is not OWNER")
	} else if e := (*SyntaxError)(nil); !errors.As(err, &e) || e.Near != "COMMENT" || e.Line != 1 {
		t.Fatalf("%v", err)
	}
}

func TestSyntaxErrors(t *testing.T) {
	for _, c := range []struct {
		sql, near string
		line, col int
	}{
		{"SELECT\n  FROM t", "FROM", 2, 3},
		{"SELECT 1 +", "<EOF>", 1, 11},
		{"SELECT (1", "<EOF>", 1, 10},
		{"SELECT a FROM t WHERE", "<EOF>", 1, 22},
		{"SELECT 'é', 'x", "'x", 1, 13},
		{"SELECT a FROM t GROUP BY", "<EOF>", 1, 25},
		{"SELECT CAST(a AS nosuch)", "nosuch", 1, 18},
		{"SELECT 1 1", "1", 1, 10},
		{"SELECT a b c", "c", 1, 12},
		{"SELECT " + strings.Repeat("(", 1000) + "1", "(", 1, 406},
	} {
		p := NewParser(Snowflake, c.sql)
		_, err := p.Query()
		if err == nil {
			err = p.ExpectEnd()
		}
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", c.sql, err)
			continue
		}
		if e.Near != c.near || e.Line != c.line || c.col < 400 && e.Column != c.col {
			t.Errorf("%s: near %q at %d:%d, want %q at %d:%d", c.sql, e.Near, e.Line, e.Column, c.near, c.line, c.col)
		}
	}
}

func TestTypes(t *testing.T) {
	for _, c := range []struct {
		d        Dialect
		in, want string
	}{
		{Snowflake, "number", "NUMBER(38,0)"}, {Snowflake, "DECIMAL(10,2)", "NUMBER(10,2)"}, {Snowflake, "varchar", "VARCHAR(16777216)"},
		{Snowflake, "char", "VARCHAR(1)"}, {Snowflake, "timestamp with time zone", "TIMESTAMP_TZ(9)"}, {Snowflake, "double precision", "FLOAT"},
		{Snowflake, "timestamp_ntz(3)", "TIMESTAMP_NTZ(3)"}, {Snowflake, "variant", "VARIANT"}, {Snowflake, "binary", "BINARY(8388608)"},
		{Databricks, "bigint", "bigint"}, {Databricks, "decimal(10,2)", "decimal(10,2)"}, {Databricks, "string", "string"},
		{Databricks, "array<map<string,array<int>>>", "array<map<string,array<int>>>"},
		{Databricks, "struct<a: int, b: struct<c string>>", "struct<a:int,b:struct<c:string>>"},
		{Databricks, "timestamp_ntz", "timestamp_ntz"},
	} {
		p := NewParser(c.d, c.in)
		typ, err := p.Type()
		if err != nil || !p.AtEnd() || typ.SQL(c.d) != c.want {
			t.Errorf("%s %s: %s %v", c.d, c.in, typ.SQL(c.d), err)
		}
	}
	for _, bad := range []string{"number(39)", "number(2,3)", "number(1,1,1)", "varchar(0)", "date(3)", "array<int>"} {
		p := NewParser(Snowflake, bad)
		if _, err := p.Type(); err == nil && p.AtEnd() {
			t.Errorf("%s is no type", bad)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{`SELECT a.b:c[0]::int FROM t, LATERAL FLATTEN(INPUT => x) WHERE y IN (SELECT 1) QUALIFY 1`, "SELECT `a` r'\\' :x", `$$`, `'\u12`,
		"WITH a AS (VALUES (1)) SELECT * EXCEPT (b) FROM a TABLESAMPLE (1 ROWS)", `SELECT x -> x, (a, b) -> a FROM IDENTIFIER('a.b')`,
		`SELECT {'a': [1, 2]}, CASE a WHEN 1 THEN 2 END, x'ff', INTERVAL '1 day'`, `SELECT CAST(a AS array<array<int>>) UNION ALL (SELECT 1) ORDER BY ALL`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, sql string) {
		for _, d := range []Dialect{Snowflake, Databricks} {
			s, m := newSession(d)
			people(m)
			p := NewParser(d, sql)
			p.ResolveIdentifiers(s)
			if q, err := p.Query(); err == nil {
				if st, err := s.Prepare(t.Context(), q); err == nil && !strings.Contains(strings.ToLower(sql), "range") {
					_, _ = st.Run(t.Context())
				}
			}
			_, _ = Split(d, sql)
		}
	})
}
