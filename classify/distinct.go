package classify

import "hash/maphash"

// maxDistinct is how many different texts are told apart exactly; above, one in 2, 4, 8 ... of them is kept and the
// number is an estimate, off by 2 % or so.
const maxDistinct = 4096

// distinct counts different texts in bounded memory, by adaptive sampling: it keeps the hashes that end in level zero
// bits, and raises level when there are too many.
type distinct struct {
	seed  maphash.Seed
	kept  map[uint64]struct{}
	level uint
}

func (d *distinct) add(text string) {
	if d.kept == nil {
		d.seed, d.kept = maphash.MakeSeed(), map[uint64]struct{}{}
	}
	h := maphash.String(d.seed, text)
	if !d.keeps(h) {
		return
	}
	d.kept[h] = struct{}{}
	for len(d.kept) > maxDistinct {
		d.level++
		for old := range d.kept {
			if !d.keeps(old) {
				delete(d.kept, old)
			}
		}
	}
}

func (d *distinct) keeps(h uint64) bool { return h&(1<<d.level-1) == 0 }

func (d *distinct) count() int64 { return int64(len(d.kept)) << d.level }
