package snowflake

import (
	"context"
	"fmt"
	"strconv"

	"github.com/polsync/polsync/connectors"
	"github.com/polsync/polsync/state"
)

// nativeQuery reads the results of Snowflake's classification of all tables: categories and how much of a column fits
// them. Whether results stand below a key of their own or are the whole is told differently by the vendor's pages.
const nativeQuery = `SELECT L.DATABASE_NAME, L.SCHEMA_NAME, L.TABLE_NAME, F.KEY AS COLUMN_NAME, F.VALUE:recommendation:semantic_category::STRING AS CATEGORY, ` +
	`F.VALUE:recommendation:details[0]:semantic_category::STRING AS DETAIL, F.VALUE:recommendation:confidence::STRING AS CONFIDENCE, F.VALUE:recommendation:coverage::STRING AS COVERAGE ` +
	`FROM SNOWFLAKE.ACCOUNT_USAGE.DATA_CLASSIFICATION_LATEST L, LATERAL FLATTEN(INPUT => COALESCE(L.RESULT:classification_result, L.RESULT)) F ` +
	`WHERE F.VALUE:recommendation:semantic_category IS NOT NULL`

// confidences are what Snowflake's words for how sure it is are worth as a score.
var confidences = map[string]float64{"HIGH": 0.95, "MEDIUM": 0.75, "LOW": 0.4}

// Native implements connectors.NativeClassifier. The view is up to three hours behind.
func (a *Account) Native(ctx context.Context, scope connectors.Scope) ([]connectors.Native, error) {
	r, err := a.query(ctx, "read what Snowflake's own classification found", nativeQuery)
	if err != nil {
		return nil, err
	}
	var out []connectors.Native
	for i := range r.rows {
		n := connectors.Native{Says: r.text(i, "CATEGORY"), Detail: r.text(i, "DETAIL")}
		n.Column = state.Securable{Kind: state.KindColumn, Catalog: r.text(i, "DATABASE_NAME"), Schema: r.text(i, "SCHEMA_NAME"), Name: r.text(i, "TABLE_NAME"), Column: r.text(i, "COLUMN_NAME")}
		if n.Says == "" || !scope.Covers(n.Column) {
			continue
		}
		n.Score, n.How = nativeScore(r.text(i, "CONFIDENCE"), r.text(i, "COVERAGE"))
		out = append(out, n)
	}
	return out, nil
}

// nativeScore gives a score and words for how sure Snowflake is. It does not always say so.
func nativeScore(confidence, coverage string) (float64, string) {
	score, known := confidences[confidence]
	how := ""
	if known {
		how = "confidence " + confidence
	} else {
		score = confidences["MEDIUM"]
	}
	if share, err := strconv.ParseFloat(coverage, 64); err == nil && share >= 0 && share <= 1 {
		if how != "" {
			how += ", "
		}
		how += fmt.Sprintf("%.0f %% of the valid values", share*100)
	}
	return score, how
}
