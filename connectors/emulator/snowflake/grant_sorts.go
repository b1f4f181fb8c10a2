package snowflake

import "slices"

// sortPrivileges are what can be granted on sorts of a kind that take other privileges than the kind: tables that are no plain ones, and
// stages by where their files lie.
var sortPrivileges = map[string][]string{
	sortHybrid:      {"APPLYBUDGET", "DELETE", "INSERT", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"},
	sortIceberg:     {"APPLYBUDGET", "DELETE", "INSERT", "REFERENCES", "SELECT", "TRUNCATE", "UPDATE"},
	sortEvent:       {"APPLYBUDGET", "DELETE", privIngest, "REFERENCES", "SELECT", "TRUNCATE"},
	sortInteractive: {"REFERENCES", "SELECT"},
	"INTERNAL":      {"READ", "WRITE"},
	"EXTERNAL":      {privUsage},
}

// grantable gives the privileges that can be granted on an object.
func (o *object) grantable() []string {
	switch {
	case o.kind == kindStage:
		return sortPrivileges[stageType(o)]
	case o.rel != nil && sortPrivileges[o.rel.sort] != nil:
		return sortPrivileges[o.rel.sort]
	}
	return o.kind.grantable()
}

// expandedOn gives the privileges of a GRANT on one object, ALL written out.
func (spec *grantSpec) expandedOn(o *object) []string {
	if spec.privileges != nil {
		return spec.privileges
	}
	return o.grantable()
}

// fits refuses a named privilege that the sort of the object does not have, and WRITE on a stage without READ.
func (spec *grantSpec) fits(o, to *object) error {
	for _, p := range spec.privileges {
		sorted := o.kind == kindStage || o.rel != nil && (o.rel.sort != "" || p == privIngest)
		if sorted && !contains(o.grantable(), p) {
			return compilation(codeCompilation, "42601", "Privilege '%s' cannot be granted on '%s'.", p, o.dotted())
		}
	}
	if o.kind == kindStage && contains(spec.privileges, "WRITE") && !contains(spec.privileges, "READ") && !to.holds("READ", o) {
		return compilation(codeCompilation, "42601", "Privilege WRITE on stage '%s' requires READ.", o.dotted())
	}
	return nil
}

// keepsRead refuses to take READ on a stage from who keeps WRITE.
func (spec *grantSpec) keepsRead(o, to *object) error {
	if o.kind == kindStage && contains(spec.privileges, "READ") && !contains(spec.privileges, "WRITE") && to.holds("WRITE", o) {
		return compilation(codeCompilation, "42601", "Privilege READ on stage '%s' cannot be revoked before WRITE.", o.dotted())
	}
	return nil
}

// holds tells whether a grantee itself has a privilege on an object.
func (to *object) holds(privilege string, o *object) bool {
	return slices.ContainsFunc(to.held, func(g *grant) bool { return g.on == o && g.privilege == privilege })
}
