package plan

import "github.com/polsync/polsync/state"

// Foreign names the tool that manages the grants and memberships of a principal. Two tools that both set and take
// them away would never come to rest, so polsync leaves those of these principals as they are.
type Foreign map[state.Securable]string

// Manages returns the tool that manages a fact, or "": a grant or membership of a foreign principal, or a membership in
// one.
func (f Foreign) Manages(k state.Key) string {
	switch k.Fact {
	case state.FactMember:
		if tool, ok := f[k.On]; ok {
			return tool
		}
		return f[k.With]
	case state.FactGrant, state.FactOwner:
		return f[k.With]
	}
	return ""
}

// manages returns the tool that manages a fact, or "": one that the configuration names, or what fills a role with its
// members.
func (in *Input) manages(k state.Key) string {
	if tool := in.Foreign.Manages(k); tool != "" || k.Fact != state.FactMember {
		return tool
	}
	return in.Actual.Objects[k.On].Provisioned
}

// leaveForeign takes what another tool manages out of the target, whether it is declared or declared absent, and says
// so where it is not already as declared.
func (r *resolver) leaveForeign() {
	for k, f := range r.target.State.Facts {
		tool := r.in.manages(k)
		is, there := r.in.Actual.Facts[k]
		if tool == "" || there && state.Equal(is.Value, f.Value) {
			continue
		}
		delete(r.target.State.Facts, k)
		r.left(k, f.Origin, tool)
	}
	for k, o := range r.target.Absent {
		tool := r.in.manages(k)
		if tool == "" {
			continue
		}
		delete(r.target.Absent, k)
		if r.in.Actual.Has(k) {
			r.left(k, o, tool)
		}
	}
}

func (r *resolver) left(k state.Key, o state.Origin, tool string) {
	r.target.Held[k] = managedBy(tool)
	if r.in.Foreign.Manages(k) == "" {
		r.note(Held, k.On, o, "%s is left to %s, which fills %s with its members", k, tool, k.On)
		return
	}
	r.note(Held, k.On, o, "%s is left to %s, which polsync.yaml names under foreign; take the principal out there to have polsync set it", k, tool)
}

func managedBy(tool string) string { return "managed by " + tool }
