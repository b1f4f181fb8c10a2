package evaluate

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/polsync/polsync/classify"
)

var (
	setDir  = flag.String("set", "", "classify the labelled tables of this `folder` and report")
	outFile = flag.String("out", "", "write the report into this `file` (standard output)")
	fitSets = flag.String("fit", "", "fit the line from scores to shares over the labelled tables of these `folders`, separated by commas")
	misses  = flag.Bool("misses", false, "list the columns that were taken for something else")
)

// TestReport is `make classify-report`. Without -set there is nothing to report on.
func TestReport(t *testing.T) {
	if *setDir == "" {
		t.Skip("no -set")
	}
	rules, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	var labels Labels
	var halves []Half
	var sets []Set
	titles := []string{"With names", "Names hidden"}
	for i, hide := range []bool{false, true} {
		set, err := Open(context.Background(), *setDir, rules, hide)
		if err != nil {
			t.Fatal(err)
		}
		cases, err := set.Cases(rules)
		if err != nil {
			t.Fatal(err)
		}
		labels, sets = set.Labels, append(sets, set)
		halves = append(halves, Half{Title: titles[i], Cases: cases})
		if *misses {
			listMisses(labels, cases)
		}
	}
	var out io.Writer = os.Stdout
	if *outFile != "" {
		f, err := os.Create(*outFile)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		out = f
	}
	if err := Write(out, labels, halves); err != nil {
		t.Fatal(err)
	}
	if err := NewWeighing(rules, titles, sets).Write(out); err != nil {
		t.Fatal(err)
	}
}

func listMisses(labels Labels, cases []Case) {
	fmt.Println("-- table.column, is, taken for, closest")
	for _, c := range cases {
		if c.Label.Type == none && c.Found == "" || labels.right(c, Exact) {
			continue
		}
		fmt.Printf("%s.%s %s -> %s (%s %.2f) %s\n", c.Table, c.Column, c.Label.Type, c.Found, c.Best, c.Score, c.Label.Hard)
	}
}

// TestFit fits what classify.Calibrated says. Without -fit there is nothing to fit on.
func TestFit(t *testing.T) {
	if *fitSets == "" {
		t.Skip("no -fit")
	}
	rules, err := classify.NewRules(classify.Suite(), nil, nil, "")
	if err != nil {
		t.Fatal(err)
	}
	var points []Point
	for dir := range strings.SplitSeq(*fitSets, ",") {
		for _, hide := range []bool{false, true} {
			labels, cases, err := Load(context.Background(), dir, rules, hide)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range labels.points(cases) {
				p.Table = dir + "/" + p.Table
				points = append(points, p)
			}
		}
	}
	slope, offset := Fit(points)
	crossed := CrossFit(points)
	fmt.Printf("%d answers: slope %.3f, offset %.3f; off by %.4f, by lines fitted on the other tables %.4f\n", len(points), slope, offset, CalibrationError(points), CalibrationError(crossed))
	for i, b := range Bins(points) {
		c := Bins(crossed)[i]
		fmt.Printf("%.2f-%.2f  %4d %.3f %.3f   crossed %4d %.3f %.3f\n", b.From, b.To, b.N, b.Mean, share(b.Right, b.N), c.N, c.Mean, share(c.Right, c.N))
	}
}
