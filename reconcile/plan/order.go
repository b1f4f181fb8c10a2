package plan

import "github.com/polsync/polsync/state"

// Orders within the permit phase: who is in which role first, then what policies show, then what opens tables.
const (
	orderJoin = iota
	orderWiden
	orderGrant
	orderOwner
)

// orderExempt is that of a policy which gives way, within the mask phase, to one that lets others look at its column.
const orderExempt = -2

// place sets a change's phase and its order within it. The tables below are the whole rule for all kinds of fact but
// policies that change, whose steps policies places.
func place(c *Change) {
	c.Phase, c.Order = phaseOf(*c), 0
	switch c.Phase {
	case PhaseRevoke:
		if c.Key.Fact == state.FactMember {
			c.Order = 1 // leaving a role may lift a rule that hides; what was to be revoked is revoked by then
		}
	case PhaseDefine:
		c.Order = int(c.Key.Fact)
		if c.Key.Fact == state.FactAllowedValue {
			c.Order = int(state.FactTag) // a tag can then be created with its values
		}
	case PhaseMask:
		switch c.Key.Fact {
		case state.FactFilter, state.FactConstraint:
			c.Order = -1 // a mask that is swapped may show more, and then only of the rows that are to be seen
		case state.FactABAC:
			c.Order = 1
			if filters(*c) {
				c.Order = -1
			}
		case state.FactBinding:
			c.Order = 1 // a column that gets a mask of its own must have it before its tag's policy changes
		}
	case PhaseUnmask:
		if c.Key.Fact == state.FactFilter || c.Key.Fact == state.FactConstraint || filters(*c) {
			c.Order = 1 // a mask that comes off may lay bare another that hides more
		}
	case PhaseTag:
		c.Order = -depth(c.Key.On) // from the inside out: an outer value must not show through before the inner one is set
	case PhaseUntag:
		c.Order = depth(c.Key.On) // from the outside in, for the same reason
	case PhasePermit:
		c.Order = map[state.FactKind]int{state.FactMember: orderJoin, state.FactPolicy: orderWiden, state.FactGrant: orderGrant, state.FactOwner: orderOwner, state.FactManaged: orderOwner}[c.Key.Fact]
	case PhaseDrop:
		c.Order = -int(c.Key.Fact)
	}
}

type phases struct{ set, remove Phase }

var phaseTable = map[state.FactKind]phases{
	state.FactRole:         {PhaseDefine, PhaseDrop},
	state.FactTag:          {PhaseDefine, PhaseDrop},
	state.FactAllowedValue: {PhaseDefine, PhaseDrop},
	state.FactPolicy:       {PhaseDefine, PhaseDrop},
	state.FactMask:         {PhaseMask, PhaseUnmask},
	state.FactBinding:      {PhaseMask, PhaseUnmask},
	state.FactTagged:       {PhaseTag, PhaseUntag},
	state.FactMember:       {PhasePermit, PhaseRevoke},
	state.FactGrant:        {PhasePermit, PhaseRevoke},
	state.FactOwner:        {PhasePermit, PhasePermit},
	state.FactManaged:      {PhaseDefine, PhasePermit}, // without it, owners can let others in again

	state.FactRowPolicy:        {PhaseDefine, PhaseDrop},
	state.FactFilter:           {PhaseMask, PhaseUnmask},
	state.FactConstraintPolicy: {PhaseDefine, PhaseDrop},
	state.FactConstraint:       {PhaseMask, PhaseUnmask},
	state.FactABAC:             {PhaseMask, PhaseUnmask},
}

// filters reports whether a change is of an attribute-based policy that filters rows.
func filters(c Change) bool {
	was, _ := c.Was.(state.ABAC)
	want, _ := c.Want.(state.ABAC)
	return was.Filters() || want.Filters()
}

func phaseOf(c Change) Phase {
	p := phaseTable[c.Key.Fact]
	if c.Want == nil {
		return p.remove
	}
	if was, ok := c.Was.(state.Option); ok && bool(was) && c.Want == state.Option(false) {
		return p.remove // loses the grant option
	}
	return p.set
}
