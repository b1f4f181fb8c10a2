package reconcile

import (
	"crypto/sha256"
	"encoding/hex"
	"iter"
)

// digestOf returns a digest of strings such that no two different sequences have one.
func digestOf(lines iter.Seq[string]) string {
	h := sha256.New()
	for l := range lines {
		var n [8]byte
		for i, x := 0, uint64(len(l)); i < 8; i, x = i+1, x>>8 {
			n[i] = byte(x)
		}
		h.Write(n[:])
		h.Write([]byte(l))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}
