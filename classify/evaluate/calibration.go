package evaluate

import (
	"hash/fnv"
	"math"
	"slices"
)

// Point is one answer's score and whether it is right.
type Point struct {
	Table string
	Score float64
	Right bool
}

// points are the answers that scores speak of: what was found, and what came closest where nothing was.
func (l Labels) points(cases []Case) []Point {
	var out []Point
	for _, c := range cases {
		if c.Best == "" || c.Score <= 0 {
			continue
		}
		c.Found = c.Best
		right := l.right(c, Exact) || c.Label.Type == none && slices.Contains(c.Label.Accept, c.Best)
		out = append(out, Point{Table: c.Table, Score: c.Score, Right: right})
	}
	return out
}

// Bin is the points whose scores lie in one range.
type Bin struct {
	From, To float64
	N, Right int
	Mean     float64 // of the scores
}

// edges are where bins begin; the last ends at 1.
var edges = []float64{0, 0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98}

// Bins sorts points into ranges of score.
func Bins(points []Point) []Bin {
	out := make([]Bin, len(edges))
	for i, e := range edges {
		out[i] = Bin{From: e, To: 1}
		if i+1 < len(edges) {
			out[i].To = edges[i+1]
		}
	}
	for _, p := range points {
		i, found := slices.BinarySearch(edges, p.Score)
		if !found {
			i--
		}
		out[i].N++
		out[i].Mean += p.Score
		if p.Right {
			out[i].Right++
		}
	}
	for i := range out {
		if out[i].N > 0 {
			out[i].Mean /= float64(out[i].N)
		}
	}
	return out
}

// CalibrationError is how far scores lie from the share that is right, on the mean over the points, by Bins.
func CalibrationError(points []Point) float64 {
	total := 0.0
	for _, b := range Bins(points) {
		if b.N > 0 {
			total += math.Abs(b.Mean*float64(b.N) - float64(b.Right))
		}
	}
	return total / float64(max(1, len(points)))
}

// Fit finds the line in log odds, slope and offset, that makes scores the share that is right, by Newton's method on
// the likelihood. Each end has one made-up point against it, so that a set without errors does not end at infinity.
func Fit(points []Point) (slope, offset float64) {
	type item struct{ x, y float64 }
	items := []item{{4, 0}, {-4, 1}}
	for _, p := range points {
		y := 0.0
		if p.Right {
			y = 1
		}
		items = append(items, item{logit(p.Score), y})
	}
	slope = 1
	for range 50 {
		var ga, gb, haa, hab, hbb float64
		for _, it := range items {
			q := 1 / (1 + math.Exp(-slope*it.x-offset))
			w := q * (1 - q)
			ga, gb = ga+(it.y-q)*it.x, gb+it.y-q
			haa, hab, hbb = haa+w*it.x*it.x, hab+w*it.x, hbb+w
		}
		det := haa*hbb - hab*hab
		if det < 1e-9 {
			break
		}
		da, db := (hbb*ga-hab*gb)/det, (haa*gb-hab*ga)/det
		slope, offset = slope+da, offset+db
		if math.Abs(da)+math.Abs(db) < 1e-6 {
			break
		}
	}
	return slope, offset
}

func logit(p float64) float64 {
	p = min(max(p, 0.0005), 0.9995)
	return math.Log(p / (1 - p))
}

// folds is how many parts a set is split into, by table.
const folds = 5

// foldOf is the part of a set that a table is in.
func foldOf(table string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(table)) // never fails
	return h.Sum32() % folds
}

// CrossFit returns the points with scores by lines fitted on the other parts of the set each.
func CrossFit(points []Point) []Point {
	out := slices.Clone(points)
	for k := range uint32(folds) {
		rest := slices.DeleteFunc(slices.Clone(points), func(p Point) bool { return foldOf(p.Table) == k })
		slope, offset := Fit(rest)
		for i, p := range points {
			if foldOf(p.Table) == k {
				out[i].Score = onLine(p.Score, slope, offset)
			}
		}
	}
	return out
}

// onLine is a score put through a fitted line.
func onLine(score, slope, offset float64) float64 {
	return 1 / (1 + math.Exp(-slope*logit(score)-offset))
}
