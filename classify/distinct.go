package classify

// distinct is the different values of a column in bounded memory, by adaptive sampling: it keeps the hashes that begin
// with level zero bits, and raises level when there are too many of them.
type distinct struct {
	slots []uint64 // open addressing; 0 is free
	kept  int
	level uint
}

// maxDistinct is how many different values are told apart exactly; above, the number is an estimate, off by 2 % or so.
const maxDistinct = 3072

// add takes in a value's hash and reports whether it was there before; where it is not kept, it says no.
func (d *distinct) add(h uint64) bool {
	if h>>(64-d.level) != 0 { // a shift by 64 gives 0
		return false
	}
	if 4*d.kept >= 3*len(d.slots) {
		d.grow()
		return d.add(h)
	}
	if h == 0 {
		h = 1
	}
	mask := uint64(len(d.slots) - 1)
	for at := h & mask; ; at = (at + 1) & mask {
		switch d.slots[at] {
		case h:
			return true
		case 0:
			d.slots[at] = h
			d.kept++
			return false
		}
	}
}

// grow makes room: by a larger table, or from maxDistinct on by keeping fewer.
func (d *distinct) grow() {
	old, size := d.slots, max(256, 4*len(d.slots))
	if d.kept >= maxDistinct {
		d.level++
		size = len(d.slots)
	}
	d.slots, d.kept = make([]uint64, size), 0
	for _, h := range old {
		if h != 0 {
			d.add(h)
		}
	}
}

func (d *distinct) count() int64 { return int64(d.kept) << d.level }
