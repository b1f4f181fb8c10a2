package plan

import (
	"fmt"
	"slices"
	"strings"

	"github.com/polsync/polsync/state"
)

// unfit is a show that cannot be said of a type: there its columns show nothing.
type unfit struct {
	mask   string
	at     state.Origin // of the rule, or of the mask where its default is meant
	show   string
	family state.Family
	why    string // for what the type can show, but not all its columns hold
}

// room remembers the columns that do not hold what they are to show.
func (r *resolver) room(mask string, s state.Show, at state.Origin, columns []carriedColumn) {
	for _, c := range columns {
		if why := s.TooLong(r.in.Actual.Objects[c.on].Type); why != "" {
			r.unfitting(unfit{mask: mask, at: at, why: why + ": queries that read the column fail for those who are shown it so"}, c)
		}
	}
}

// digits remembers the columns whose numbers do not pass whole through a mask.
func (r *resolver) digits(mask string, at state.Origin, columns []carriedColumn) {
	for _, c := range columns {
		if r.in.Actual.Objects[c.on].Type.LosesDigits() {
			r.unfitting(unfit{mask: mask, at: at, why: fmt.Sprintf("numbers keep %d digits behind the point, also for those who see them clear", state.MaskedScale)}, c)
		}
	}
}

func (r *resolver) unfitting(k unfit, columns ...carriedColumn) {
	if r.unfits == nil {
		r.unfits = map[string]*unfitColumns{}
	}
	key := fmt.Sprint(k)
	if r.unfits[key] == nil {
		r.unfits[key] = &unfitColumns{unfit: k}
	}
	r.unfits[key].columns = append(r.unfits[key].columns, columns...)
}

// fit checks what a rule, or a mask's default, shows of one type. A constant that is not of the type is an error; what
// else the type cannot show is remembered with the columns it concerns, and said once for all of them.
func (r *resolver) fit(mask string, s state.Show, f state.Family, at state.Origin, columns []carriedColumn) bool {
	if s.Word() == state.ShowConst && !state.ConstantFits(s.Text, f) {
		r.note(Error, state.Securable{}, at, "mask %s: the constant is not a %s%s", mask, f, onColumns(columns))
		return false
	}
	r.room(mask, s, at, columns)
	if !s.Fits(f) && len(columns) > 0 {
		r.unfitting(unfit{mask: mask, at: at, show: s.String(), family: f}, columns...)
	}
	return true
}

type unfitColumns struct {
	unfit
	columns []carriedColumn
}

// sayUnfit says what fit remembered: one warning for each rule and type.
func (r *resolver) sayUnfit() {
	for _, u := range r.unfits {
		if u.why != "" {
			r.note(Warning, state.Securable{}, u.at, "mask %s: %s%s", u.mask, u.why, onColumns(u.columns))
			continue
		}
		r.note(Warning, state.Securable{}, u.at, "mask %s shows nothing (NULL) where it says %s, which a %s cannot show%s", u.mask, u.show, u.family, onColumns(u.columns))
	}
	r.unfits = nil
}

// shownColumns is how many columns a notice names before it counts.
const shownColumns = 3

// onColumns names a few columns and counts the rest, as the end of a sentence; "" for none.
func onColumns(columns []carriedColumn) string {
	names := map[string]bool{}
	for _, c := range columns {
		names[c.on.Path()] = true
	}
	if len(names) == 0 {
		return ""
	}
	return ": " + someNames(names)
}

// someNames lists the first few of some names in order and counts the rest.
func someNames(names map[string]bool) string {
	all := make([]string, 0, len(names))
	for n := range names {
		all = append(all, n)
	}
	slices.Sort(all)
	if len(all) <= shownColumns {
		return strings.Join(all, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(all[:shownColumns], ", "), len(all)-shownColumns)
}

// speaksOf returns the columns whose tag value a rule speaks of; a mask without a tag speaks of all.
func speaksOf(values []string, columns []carriedColumn) []carriedColumn {
	if len(values) == 0 {
		return columns
	}
	return slices.DeleteFunc(slices.Clone(columns), func(c carriedColumn) bool { return !slices.Contains(values, c.value) })
}

// meant returns the columns that a policy is made for: those of one type, and of one value of the tag where each value
// has a policy of its own.
func (r *resolver) meant(f state.Family, value string, columns []carriedColumn) []carriedColumn {
	byValue := !r.in.Dialect.TagMasks()
	return slices.DeleteFunc(slices.Clone(columns), func(c carriedColumn) bool {
		return r.in.Actual.Objects[c.on].Type.Family != f || byValue && c.value != value
	})
}
