package classify

import (
	"slices"

	"github.com/polsync/polsync/state"
)

// Look says whether a scan looked at one column.
type Look struct {
	Column state.Securable
	Looked bool
	How    string // pushdown, sample or names; "type" where the type holds nothing to find
	Why    string // why it was not looked at, in words
}

// Coverage says which columns a scan looked at. What it did not look at it knows nothing about: no finding there is no
// reason to withdraw a tag.
type Coverage struct {
	Platform, Scan string
	Columns        []Look // in the order of tables and columns
}

// Covered draws up the coverage of a scan that asked for the tables' Probes and got counts. A scan cut short by its
// budget, by an error or by a cancelled run has no counts for the rest.
func Covered(scan state.ScanDeclaration, platform string, tables []TableColumns, counts []Counts, rules *Rules) Coverage {
	out := Coverage{Platform: platform, Scan: scan.Name}
	answered, failed := answers(counts)
	for _, t := range tables {
		asked := map[state.Securable]int{}
		for _, p := range Probes(scan, []TableColumns{t}, rules) {
			for _, c := range p.Columns {
				asked[c.Column]++
			}
		}
		for _, c := range t.Columns {
			out.Columns = append(out.Columns, look(scan, c.Column, asked[c.Column], answered[c.Column], failed[t.Table]))
		}
	}
	return out
}

// answers counts the answers each column has, and keeps each table's first error.
func answers(counts []Counts) (map[state.Securable]int, map[state.Securable]error) {
	answered, failed := map[state.Securable]int{}, map[state.Securable]error{}
	for _, c := range counts {
		if c.Err != nil {
			if failed[c.Table] == nil {
				failed[c.Table] = c.Err
			}
			continue
		}
		for _, col := range c.Columns {
			answered[col.Column]++
		}
	}
	return answered, failed
}

func look(scan state.ScanDeclaration, column state.Securable, asked, answered int, failed error) Look {
	l := Look{Column: column, How: scan.Values}
	if l.How == "" {
		l.How = ValuesPushdown
	}
	switch {
	case scan.Values == ValuesNames:
		l.Looked = true
	case asked == 0:
		l.Looked, l.How = true, "type"
	case answered >= asked:
		l.Looked = true
	case failed != nil:
		l.Why = failed.Error()
	default:
		l.Why = "the scan ended before it"
	}
	return l
}

// Looked reports whether the scan looked at the column.
func (c Coverage) Looked(column state.Securable) bool {
	return slices.ContainsFunc(c.Columns, func(l Look) bool { return l.Column == column && l.Looked })
}

// Complete reports whether the scan looked at every column it was asked to.
func (c Coverage) Complete() bool {
	return !slices.ContainsFunc(c.Columns, func(l Look) bool { return !l.Looked })
}
