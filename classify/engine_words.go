package classify

import (
	"fmt"
	"math/bits"
	"unicode"
	"unicode/utf8"
)

// wordTable has the words of all checks in one table: one look-up says which checks list a text.
type wordTable struct {
	bloom   [1 << 10]uint64 // by the hash's first 16 bits, whether a word may have it
	slots   []uint32        // open addressing by hash; 1 + index in entries
	entries []wordEntry     // of words of at most maxFolded bytes
	long    map[string]*wordEntry
	longest int // bytes of a word in long
}

// wordEntry is a word and the checks that list it, by the form they look at.
type wordEntry struct {
	words [4]uint64 // as wordsOf has it
	bytes int
	sets  *wordSets
}

// wordSets is the checks that list a word, by the form they look at.
type wordSets [FormLastWord + 1][]uint16

// maxFolded is the bytes of a lower-case text that is looked up without a copy.
const maxFolded = maxRepeated

func newWordTable(checks []checker) *wordTable {
	d := &wordTable{long: map[string]*wordEntry{}}
	index := map[string]*wordEntry{}
	var order []string
	for k := range checks {
		for _, w := range checks[k].words {
			e, ok := index[w]
			if !ok {
				e = &wordEntry{bytes: len(w), sets: new(wordSets)}
				index[w] = e
				order = append(order, w)
			}
			sets := &e.sets[checks[k].form]
			if n := len(*sets); n == 0 || (*sets)[n-1] != uint16(k) {
				*sets = append(*sets, uint16(k))
			}
		}
	}
	d.slots = make([]uint32, 16<<bits.Len(uint(len(order))/4))
	shared := map[string]*wordSets{}
	for _, w := range order {
		e := index[w]
		k := fmt.Sprint(*e.sets)
		if shared[k] == nil {
			shared[k] = e.sets
		}
		e.sets = shared[k]
		d.place(w, e)
	}
	return d
}

func (d *wordTable) place(w string, e *wordEntry) {
	if len(w) > maxFolded {
		d.long[w] = e
		d.longest = max(d.longest, len(w))
		return
	}
	e.words = wordsOf(bytesOf(w))
	h := hashWords(&e.words, len(w))
	d.bloom[h>>54] |= 1 << (h >> 48 & 63)
	mask := uint64(len(d.slots) - 1)
	at := h & mask
	for d.slots[at] != 0 {
		at = (at + 1) & mask
	}
	d.entries = append(d.entries, *e)
	d.slots[at] = uint32(len(d.entries))
}

// find returns the entry of a text in lower case, or nil.
func (d *wordTable) find(words *[4]uint64, n int) *wordEntry {
	h := hashWords(words, n)
	if d.bloom[h>>54]>>(h>>48&63)&1 == 0 {
		return nil
	}
	mask := uint64(len(d.slots) - 1)
	for at := h & mask; d.slots[at] != 0; at = (at + 1) & mask {
		if e := &d.entries[d.slots[at]-1]; e.bytes == n && e.words == *words {
			return e
		}
	}
	return nil
}

// The multipliers of hashes: odd, with as many ones as zeros.
const (
	hashA = 0x9e3779b97f4a7c15
	hashB = 0xd6e8feb86659fd93
	hashC = 0xa0761d6478bd642f
	hashD = 0xe7037ed1a0b428db
)

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}

// lookup returns the entry of a text as it is, in any case, or nil.
func (d *wordTable) lookup(text []byte, ascii bool) *wordEntry {
	switch {
	case !ascii:
		return d.lookupWide(text)
	case len(text) > maxFolded:
		return d.lookupLong(text)
	}
	w := wordsOf(text)
	for i := range w {
		w[i] = lowerASCII(w[i])
	}
	return d.find(&w, len(text))
}

// lowerASCII turns the capitals among eight bytes of ASCII into small letters.
func lowerASCII(x uint64) uint64 {
	const ones = 0x0101010101010101
	capital := (x + (0x80-'A')*ones) &^ (x + (0x80-'Z'-1)*ones) & (0x80 * ones)
	return x | capital>>2
}

func (d *wordTable) lookupWide(text []byte) *wordEntry {
	var buf [maxFolded + utf8.UTFMax]byte
	n := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if n > maxFolded {
			return d.lookupLong(text)
		}
		n += utf8.EncodeRune(buf[n:], unicode.ToLower(r))
	}
	if n > maxFolded {
		return d.lookupLong(text)
	}
	w := wordsOf(buf[:n])
	return d.find(&w, n)
}

// lookupLong is for texts longer than most words are.
func (d *wordTable) lookupLong(text []byte) *wordEntry {
	if len(d.long) == 0 {
		return nil
	}
	var buf [MaxText * utf8.UTFMax]byte // forms have no more characters
	n := 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		i += size
		if n > d.longest {
			return nil
		}
		n += utf8.EncodeRune(buf[n:], unicode.ToLower(r))
	}
	return d.long[string(buf[:n])]
}
