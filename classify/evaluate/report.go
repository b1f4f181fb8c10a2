package evaluate

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// Half is the cases of a set with names, or with names hidden.
type Half struct {
	Title string
	Cases []Case
}

// Write writes a Markdown section about a set: totals, calibration, types and what was taken for what. It has counts
// and names of types; no table, column or value of the set.
func Write(w io.Writer, labels Labels, halves []Half) error {
	b := &strings.Builder{}
	writeTotals(b, labels, halves)
	writeCrossed(b, labels, halves)
	for _, h := range halves {
		exact := labels.Score(h.Cases, Exact)
		fmt.Fprintf(b, "\n### %s\n", h.Title)
		writeCalibration(b, labels.points(h.Cases))
		writeTypes(b, exact)
		writeConfused(b, exact)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func writeTotals(b *strings.Builder, labels Labels, halves []Half) {
	b.WriteString("| | Level | Micro P | Micro R | Micro F1 | Macro F1 | Hard negatives found | All negatives found |\n| --- | --- | --- | --- | --- | --- | --- | --- |\n")
	for _, h := range halves {
		for _, level := range []Level{Exact, Family, Binary} {
			f := labels.Score(h.Cases, level)
			fmt.Fprintf(b, "| %s | %s | %.4f | %.4f | %.4f | %.4f | %d of %d (%.2f %%) | %d of %d (%.2f %%) |\n", h.Title, level, f.Precision(), f.Recall(), f.F1(), f.MacroF1,
				f.HardFalse[0], f.HardFalse[1], 100*share(f.HardFalse[0], f.HardFalse[1]), f.NoneFalse[0], f.NoneFalse[1], 100*share(f.NoneFalse[0], f.NoneFalse[1]))
		}
	}
}

// writeCrossed writes the figures beside those with line and least score fitted on the other parts of the set.
func writeCrossed(b *strings.Builder, labels Labels, halves []Half) {
	crossed, fits := labels.CrossApply(halves)
	fmt.Fprintf(b, "\nPlain, and with the line and the least score fitted on the other tables (%d parts, split by table). Words, forms and weights are the same in both.\n\n", folds)
	b.WriteString("| | | Micro F1 | Macro F1 | Hard negatives found | Scores off by |\n| --- | --- | --- | --- | --- | --- |\n")
	for i, h := range halves {
		for _, row := range []struct {
			how   string
			cases []Case
		}{{"plain", h.Cases}, {"cross-validated", crossed[i].Cases}} {
			f := labels.Score(row.cases, Exact)
			fmt.Fprintf(b, "| %s | %s | %.4f | %.4f | %d of %d (%.2f %%) | %.3f |\n", h.Title, row.how, f.F1(), f.MacroF1,
				f.HardFalse[0], f.HardFalse[1], 100*share(f.HardFalse[0], f.HardFalse[1]), CalibrationError(labels.points(row.cases)))
		}
	}
	b.WriteString("\n| Part | Slope | Offset | Least score |\n| --- | --- | --- | --- |\n")
	for k, f := range fits {
		fmt.Fprintf(b, "| %d | %.2f | %.2f | %.3f |\n", k+1, f.Slope, f.Offset, f.MinScore)
	}
}

func writeCalibration(b *strings.Builder, points []Point) {
	crossed := CrossFit(points)
	slope, offset := Fit(points)
	fmt.Fprintf(b, "\nScores against the share that is right: off by %.3f on the mean; by lines fitted on the other tables, %.3f. The line fitted on all has slope %.2f and offset %.2f.\n\n",
		CalibrationError(points), CalibrationError(crossed), slope, offset)
	b.WriteString("| Score | Answers | Mean score | Right | |\n| --- | --- | --- | --- | --- |\n")
	for _, bin := range Bins(points) {
		if bin.N > 0 {
			right := share(bin.Right, bin.N)
			fmt.Fprintf(b, "| %.2f to %.2f | %d | %.2f | %.2f | `%s` |\n", bin.From, bin.To, bin.N, bin.Mean, right, bar(right, bin.Mean))
		}
	}
}

// bar draws a share as a line of 20, with the mean score marked on it.
func bar(share, mark float64) string {
	line := []byte(strings.Repeat(".", 21))
	for i := range int(share*20 + 0.5) {
		line[i] = '='
	}
	line[int(mark*20+0.5)] = '|'
	return string(line)
}

func writeTypes(b *strings.Builder, f Figures) {
	b.WriteString("\n| Type | Hits | False | Missed | F1 |\n| --- | --- | --- | --- | --- |\n")
	names := slices.SortedFunc(maps.Keys(f.Types), func(x, y string) int {
		return cmp.Or(cmp.Compare(f.Types[y].Hits+f.Types[y].Misses, f.Types[x].Hits+f.Types[x].Misses), cmp.Compare(x, y))
	})
	for _, n := range names {
		t := f.Types[n]
		fmt.Fprintf(b, "| %s | %d | %d | %d | %.3f |\n", n, t.Hits, t.False, t.Misses, t.F1())
	}
}

func writeConfused(b *strings.Builder, f Figures) {
	b.WriteString("\n| Is | Taken for | Columns |\n| --- | --- | --- |\n")
	pairs := slices.SortedFunc(maps.Keys(f.Confused), func(x, y [2]string) int {
		return cmp.Or(cmp.Compare(f.Confused[y], f.Confused[x]), cmp.Compare(x[0], y[0]), cmp.Compare(x[1], y[1]))
	})
	for _, p := range pairs {
		fmt.Fprintf(b, "| %s | %s | %d |\n", p[0], p[1], f.Confused[p])
	}
}
