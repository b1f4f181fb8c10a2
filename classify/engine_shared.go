package classify

import (
	"slices"
	"sync"
	"unsafe"
)

// Columns of one process ask for ever the same checks, each for some of them. They share one Engine, which has the
// suite's and all others asked for so far, and with it the plans and automata that were worked out.
var shared struct {
	sync.Mutex
	engine *Engine
	checks []Check
	index  map[checkKey]int
}

// maxShared is how many checks the shared Engine may come to have; past it, it begins anew with the suite's.
const maxShared = 1024

// checkKey tells what a check tests, whatever its name. Words are told apart by where they are: the same list in
// another place is counted twice, which is right if not cheap.
type checkKey struct {
	form              Form
	pattern, checksum string
	minLen, maxLen    int
	words             unsafe.Pointer
	count             int // of words; -1 for no dictionary
}

func keyOf(c Check) checkKey {
	k := checkKey{c.Form, c.Pattern, c.Checksum, c.MinLen, c.MaxLen, unsafe.Pointer(unsafe.SliceData(c.Words)), len(c.Words)}
	if c.Words == nil {
		k.count = -1
	}
	return k
}

// sharedEngine returns an Engine that has the checks, and where. Checks that do not compile leave it as it was.
func sharedEngine(checks []Check) (*Engine, []int, error) {
	shared.Lock()
	defer shared.Unlock()
	if err := extendShared(checks); err != nil {
		return nil, nil, err
	}
	at := make([]int, len(checks))
	for i, c := range checks {
		at[i] = shared.index[keyOf(c)]
	}
	return shared.engine, at, nil
}

func extendShared(checks []Check) error {
	if !slices.ContainsFunc(checks, func(c Check) bool { _, ok := shared.index[keyOf(c)]; return !ok }) && shared.engine != nil {
		return nil // as nearly always
	}
	list, index := missing(shared.checks, shared.index, checks)
	if shared.engine == nil || len(list) > maxShared {
		list, index = missing(nil, nil, SuiteChecks())
		list, index = missing(list, index, checks)
	}
	e, err := Compile(list)
	if err != nil {
		return err
	}
	shared.engine, shared.checks, shared.index = e, list, index
	return nil
}

// missing appends to list the checks that it does not have, and returns it with where each is.
func missing(list []Check, index map[checkKey]int, checks []Check) ([]Check, map[checkKey]int) {
	all := make(map[checkKey]int, len(list)+len(checks))
	for k, i := range index {
		all[k] = i
	}
	list = list[:len(list):len(list)]
	for _, c := range checks {
		k := keyOf(c)
		if _, ok := all[k]; !ok {
			all[k] = len(list)
			list = append(list, c)
		}
	}
	return list, all
}
