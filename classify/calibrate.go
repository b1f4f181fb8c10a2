package classify

import "math"

// The line from the log odds of the raw score to those of the score: with it, of the answers with a score the share
// that is right is the score. It was fitted with `go test ./classify/evaluate -run TestFit -fit DIR,DIR,...` over three sets of
// labelled tables, with names and with names hidden, 1892 answers together; docs/classification.md has how well it
// holds on tables that it was not fitted on. Fit it anew when weights change much.
const (
	calibrationSlope  = 1.38
	calibrationOffset = 0.76
)

// maxScore is the highest score: of the answers that come nearest to certain one in some two hundred is wrong.
const maxScore = 0.995

// calibrated turns a raw score, a softmax of added-up weights, into the share that is right at it.
func calibrated(score float64) float64 {
	if score <= 0 || score >= 1 {
		return min(score, maxScore)
	}
	x := calibrationSlope*math.Log(score/(1-score)) + calibrationOffset
	return min(1/(1+math.Exp(-x)), maxScore)
}
