package classify

import "strings"

// pairCoordinates marks columns that look like a latitude and a longitude: neighbours, or the only two of their kind.
func pairCoordinates(all []*evidence) {
	pairNeighbours(all)
	pairOnly(all)
}

// pairOnly marks the only two columns of a table that look like degrees, if they do plainly and are not neighbours.
func pairOnly(all []*evidence) {
	var two []*evidence
	for _, e := range all {
		if e.degrees("geo.longitude") {
			two = append(two, e)
		}
	}
	if len(two) != 2 || two[0].pair != "" || two[0].share("geo.fine") < 0.8 || two[1].share("geo.fine") < 0.8 {
		return
	}
	pairUp(two[0], two[1])
}

// pairNeighbours marks neighbouring columns that have fractions of degrees, one within 90 and the other within 180.
func pairNeighbours(all []*evidence) {
	for i := 0; i+1 < len(all); i++ {
		a, b := all[i], all[i+1]
		if !a.degrees("geo.longitude") || !b.degrees("geo.longitude") {
			continue
		}
		if i > 0 && all[i-1].degrees("geo.longitude") || i+2 < len(all) && all[i+2].degrees("geo.longitude") {
			continue // three in a row are measurements
		}
		pairUp(a, b)
	}
}

func pairUp(a, b *evidence) {
	switch first := latitudeFirst(a, b); {
	case first && a.degrees("geo.latitude"):
		a.pair, b.pair = "latitude", "longitude"
	case !first && b.degrees("geo.latitude"):
		a.pair, b.pair = "longitude", "latitude"
	}
}

// degrees reports whether the values are fractions of degrees within the bounds of the check.
func (e *evidence) degrees(check string) bool {
	return e.share(check) >= 0.95 && e.share("geo.fine") >= 0.4 && e.share("geo.unit") < 0.9
}

// share is the part of the values that pass a check; 0 where it was not counted.
func (e *evidence) share(check string) float64 {
	n, ok := e.matched(check)
	if !ok || e.values() == 0 {
		return 0
	}
	return float64(n) / float64(e.values())
}

// latitudeFirst tells which of two columns of degrees is the latitude: not the one that goes beyond 90; else not the
// one that is always far below zero where the other is not, as in America; else the first, as is the custom.
func latitudeFirst(a, b *evidence) bool {
	switch {
	case b.share("geo.beyond") > 0.02 || a.share("geo.beyond") > 0.02:
		return b.share("geo.beyond") >= a.share("geo.beyond")
	case b.share("geo.west") > 0.95 && a.share("geo.west") < 0.5:
		return true
	case a.share("geo.west") > 0.95 && b.share("geo.west") < 0.5:
		return false
	}
	return !strings.HasPrefix(strings.Join(a.name, ""), "x")
}
