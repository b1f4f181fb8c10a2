package databricks

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/polsync/polsync/connectors"
)

// confidences are what the words of Databricks' data classification for how sure it is are worth as a score.
var confidences = map[string]float64{"HIGH": 0.95, "LOW": 0.4}

// Native implements connectors.NativeClassifier. The table is there once data classification was turned on for a catalog; a scan may take a day. It
// has samples of what columns hold, which are never asked for.
func (p *Platform) Native(ctx context.Context, scope connectors.Scope) ([]connectors.Native, error) {
	r := newReader(p, scope)
	sql := "SELECT catalog_name AS c, schema_name AS s, table_name AS n, column_name, class_tag, confidence, CAST(frequency AS STRING) AS frequency" +
		" FROM system.data_classification.results WHERE class_tag IS NOT NULL AND " + r.within("catalog_name", "schema_name", "table_name", "column_name")
	t, err := r.whole(ctx, "data classification", sql)
	if err != nil {
		return nil, p.wrap("read what Databricks' own data classification found", err)
	}
	var out []connectors.Native
	for i := range t.rows {
		n := connectors.Native{Column: column(t, i)}
		n.Says, n.Detail = classTag(t.text(i, "class_tag"))
		if n.Says == "" || !scope.Covers(n.Column) {
			continue
		}
		n.Score, n.How = nativeScore(t.text(i, "confidence"), t.text(i, "frequency"))
		out = append(out, n)
	}
	return out, nil
}

// classTag tells the key of a class from its value; it is written as a key, or as "key: value".
func classTag(text string) (key, value string) {
	key, value, _ = strings.Cut(text, ":")
	return strings.TrimSpace(key), strings.TrimSpace(value)
}

// nativeScore gives a score and words for how sure Databricks is.
func nativeScore(confidence, frequency string) (float64, string) {
	score, known := confidences[confidence]
	var how []string
	if known {
		how = append(how, "confidence "+confidence)
	} else {
		score = confidences["LOW"]
	}
	if share, err := strconv.ParseFloat(frequency, 64); err == nil && share >= 0 && share <= 1 {
		how = append(how, fmt.Sprintf("%.0f %% of the values", share*100))
	}
	return score, strings.Join(how, ", ")
}
