package sqlengine

import (
	"fmt"
	"testing"
)

func wide(n int) *Session {
	s, m := newSession(Snowflake)
	rows := make([]Row, n)
	for i := range rows {
		rows[i] = Row{int64(i), fmt.Sprintf("user%d@example.org", i), fmt.Sprint("C", i%50)}
	}
	m.tables["BIG"] = &Table{Columns: []Column{{Name: "ID", Type: TypeNumber}, {Name: "EMAIL", Type: TypeText}, {Name: "COUNTRY", Type: TypeText}}, Rows: RowsOf(rows)}
	return s
}

func benchmark(b *testing.B, sql string) {
	s := wide(100000)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := s.Query(b.Context(), sql); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFilter100k(b *testing.B) {
	benchmark(b, `SELECT id FROM big WHERE country = 'C7' AND id > 1000`)
}

func BenchmarkRegex100k(b *testing.B) {
	benchmark(b, `SELECT COUNT(*), COUNT_IF(REGEXP_LIKE(email, $$[^@ ]+@[a-z]+\.org$$)), APPROX_COUNT_DISTINCT(country) FROM big`)
}

func BenchmarkGroup100k(b *testing.B) {
	benchmark(b, `SELECT country, COUNT(*), MAX(id) FROM big GROUP BY country ORDER BY 1`)
}

func BenchmarkJoin100k(b *testing.B) {
	benchmark(b, `SELECT COUNT(*) FROM big a JOIN big b ON a.email = b.email AND a.id = b.id`)
}
