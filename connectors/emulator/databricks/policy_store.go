package databricks

import (
	"maps"
	"slices"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// savePolicy checks a policy and stores it under its name. old is what it
// replaces, nil for a new one.
func (w *Workspace) savePolicy(id identity, p, old *policy) error {
	if err := id.manages(p.on); err != nil {
		return err
	}
	if err := w.checkPolicy(id, p); err != nil {
		return err
	}
	if taken := p.on.policies[p.name]; taken != nil && taken != old {
		e := errAlreadyExists("Policy '%s' already exists on %s '%s'.", p.name, title(p.on.kind), p.on.fullName())
		e.Condition = "POLICY_ALREADY_EXISTS"
		return e
	}
	p.altered = stamp{w.now(), id.name}
	if old == nil {
		if limit := maxPolicies[p.on.kind]; len(p.on.policies) >= limit {
			return &Error{400, "QUOTA_EXCEEDED", "QUOTA_EXCEEDED", "54000", "Too many policies on '" + p.on.fullName() + "'."}
		}
		p.id, p.created = w.newID(), p.altered
	} else {
		p.id, p.created = old.id, old.created
		delete(p.on.policies, old.name)
	}
	if p.on.policies == nil {
		p.on.policies = map[string]*policy{}
	}
	p.on.policies[p.name] = p
	action := "createPolicy"
	if old != nil {
		action = "updatePolicy"
	}
	w.audit(id, action, "name", p.name, "on_securable_type", string(p.on.kind), "on_securable_fullname", p.on.fullName())
	return nil
}

func (w *Workspace) checkPolicy(id identity, p *policy) error {
	if maxPolicies[p.on.kind] == 0 || p.on.readOnly() {
		return errSQL("POLICY_ON_SECURABLE_TYPE_NOT_SUPPORTED", "0A000", "Policies cannot be set on %s '%s'.", title(p.on.kind), p.on.fullName())
	}
	if p.on.table != nil && p.on.table.isView() {
		return errSQL("POLICY_ON_SECURABLE_TYPE_NOT_SUPPORTED", "0A000", "Policies cannot be set on views.")
	}
	if p.name == "" {
		return errInvalid("A policy needs a name.")
	}
	if err := w.checkAudience(p); err != nil {
		return err
	}
	if err := w.checkMatch(p); err != nil {
		return err
	}
	f, err := w.lookup(kindFunction, p.function)
	if err != nil {
		return errSQL("ROUTINE_NOT_FOUND", "42883", "The routine '%s' cannot be found.", p.function)
	}
	if p.policyType == policyFilter && f.routine.returns.Kind != sqlengine.KindBoolean {
		return errInvalid("Row filter '%s' does not return BOOLEAN.", p.function)
	}
	want := len(p.using)
	if p.policyType == policyMask {
		want++
	}
	if len(f.routine.params) != want {
		return errInvalid("'%s' takes %d arguments, the policy gives %d.", p.function, len(f.routine.params), want)
	}
	return id.require(privExecute, f)
}

func (w *Workspace) checkAudience(p *policy) error {
	if len(p.to) == 0 {
		return errInvalid("A policy needs at least one principal.")
	}
	if len(p.to)+len(p.except) > maxPolicyPrincipals {
		return errInvalid("A policy may name at most %d principals.", maxPolicyPrincipals)
	}
	for _, list := range [][]string{p.to, p.except} {
		for i, name := range list {
			stored, err := w.grantable(name)
			if err != nil {
				return err
			}
			list[i] = stored
		}
	}
	return nil
}

// checkMatch evaluates every condition once, which finds bad shapes and keys.
func (w *Workspace) checkMatch(p *policy) error {
	if len(p.match) > maxPolicyColumns {
		return errInvalid("MATCH COLUMNS takes at most %d conditions.", maxPolicyColumns)
	}
	if _, err := w.holds(p.when.expr, nil); err != nil {
		return err
	}
	aliases := map[string]bool{}
	for _, m := range p.match {
		if _, err := w.holds(m.cond.expr, nil); err != nil {
			return err
		}
		if aliases[m.alias] {
			return errInvalid("Alias '%s' is given twice.", m.alias)
		}
		aliases[m.alias] = true
	}
	if p.policyType == policyMask && !aliases[p.onColumn] {
		return errInvalid("ON COLUMN '%s' is no alias of MATCH COLUMNS.", p.onColumn)
	}
	for _, a := range p.using {
		if a.isColumn() && !aliases[a.column] {
			return errInvalid("USING COLUMNS '%s' is no alias of MATCH COLUMNS.", a.column)
		}
	}
	return nil
}

// dropPolicy removes a policy that must be there.
func (w *Workspace) dropPolicy(id identity, on *securable, name string) error {
	if err := id.manages(on); err != nil {
		return err
	}
	if on.policies[name] == nil {
		return errPolicyNotFound(name, on)
	}
	delete(on.policies, name)
	w.audit(id, "deletePolicy", "name", name, "on_securable_type", string(on.kind), "on_securable_fullname", on.fullName())
	return nil
}

// policiesOn lists the policies of a securable, and of its ancestors if wanted,
// outermost last.
func (w *Workspace) policiesOn(id identity, on *securable, inherited bool) ([]*policy, error) {
	if err := id.manages(on); err != nil {
		return nil, err
	}
	var out []*policy
	for _, s := range on.path() {
		for _, name := range slices.Sorted(maps.Keys(s.policies)) {
			out = append(out, s.policies[name])
		}
		if !inherited {
			break
		}
	}
	return out, nil
}
