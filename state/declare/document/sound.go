package document

import (
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// maxAliased bounds how many values a document may repeat through aliases. Nested aliases multiply: a file of a few
// lines could otherwise stand for more values than fit into memory.
const maxAliased = 100_000

// sound reports what YAML allows and no policy or configuration needs: merge keys, keys that are no strings, tags of
// one's own, and aliases that stand for too much; with the last the document must not be followed. It looks at each
// written node once.
func (d Node) sound() bool {
	w := &walk{sizes: map[*yaml.Node]int{}}
	w.node(d)
	if w.aliased > maxAliased {
		d.Errorf("aliases repeat more than %d values", maxAliased)
	}
	return !w.endless && w.aliased <= maxAliased
}

type walk struct {
	sizes   map[*yaml.Node]int // of anchored nodes, aliases in them followed; 0 while inside
	aliased int                // what aliases repeat
	endless bool               // an alias stands within its own anchor
}

// node returns how many nodes the node stands for.
func (w *walk) node(d Node) int {
	n := d.n
	if n.Kind == yaml.AliasNode {
		size := w.sizes[n.Alias]
		if size == 0 {
			w.endless = true
			d.Errorf("an alias stands within what it repeats")
		}
		w.aliased = min(w.aliased+size, 2*maxAliased)
		return size
	}
	size := 1
	for i, c := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			Node{d.file, c, d.errs}.key()
		}
		size = min(size+w.node(Node{d.file, c, d.errs}), 2*maxAliased)
	}
	if strings.ContainsRune(n.Value, 0) {
		d.Errorf("a value contains a NUL character, which no platform can keep")
	}
	if n.Anchor != "" {
		w.sizes[n] = size
	}
	d.tag()
	return size
}

func (d Node) key() {
	switch {
	case d.n.Kind != yaml.ScalarNode:
		d.Errorf("expected a plain key")
	case d.n.Tag == "!!merge":
		d.Errorf("merge keys (<<) are not supported; write the keys out, or use an alias for a whole value")
	case d.n.Tag != "!!str":
		d.Errorf("a key is a string; put it in quotes: %s", strconv.Quote(d.n.Value))
	}
}

// plainTags are the tags that YAML itself gives.
var plainTags = []string{"!!map", "!!seq", "!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp", "!!merge"}

func (d Node) tag() {
	if !slices.Contains(plainTags, d.n.Tag) {
		d.Errorf("tags such as !name have no meaning here; write the plain value")
	}
}
