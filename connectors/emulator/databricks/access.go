package databricks

// holds reports whether the identity was given a privilege on s, there or on an
// ancestor, by name or through ALL PRIVILEGES. Metastore grants are not inherited.
func (id identity) holds(p string, s *securable) bool {
	for _, a := range s.path() {
		if a.kind == kindMetastore && s.kind != kindMetastore {
			return false
		}
		for who, privs := range a.grants.now {
			if id.as[who] && (privs[p] || privs[privAll] && implied(p)) {
				return true
			}
		}
	}
	return false
}

// owns reports direct ownership, which carries every right on the securable.
func (id identity) owns(s *securable) bool { return id.is(s.owner) }

// ownsAbove reports ownership of s or of an ancestor; the metastore's owner is
// the metastore admin.
func (id identity) ownsAbove(s *securable) bool {
	for _, a := range s.path() {
		if id.owns(a) {
			return true
		}
	}
	return false
}

// has reports a privilege or ownership.
func (id identity) has(p string, s *securable) bool { return id.owns(s) || id.holds(p, s) }

// uses checks USE CATALOG and USE SCHEMA on the containers of s.
func (id identity) uses(s *securable) error {
	if err := s.bound(); err != nil {
		return err
	}
	if c := s.up(kindCatalog); c != nil && c != s && !id.has(privUseCat, c) {
		return errLacks(privUseCat, c)
	}
	if sch := s.up(kindSchema); sch != nil && sch != s && !id.has(privUseSchema, sch) {
		return errLacks(privUseSchema, sch)
	}
	return nil
}

// require checks a privilege on s together with USE on its containers.
func (id identity) require(p string, s *securable) error {
	if err := id.uses(s); err != nil {
		return err
	}
	if !id.has(p, s) {
		return errLacks(p, s)
	}
	return nil
}

// manages checks the right to grant, transfer, drop and set policies: the owner
// of s or of an ancestor, the metastore admin, or MANAGE with USE on the containers.
func (id identity) manages(s *securable) error {
	if id.ownsAbove(s) {
		return nil
	}
	return id.require(privManage, s)
}

// alters checks direct ownership or MANAGE, which masks, row filters and DDL ask
// for. What is read only nobody alters.
func (id identity) alters(s *securable) error {
	if s.readOnly() {
		return errReadOnly(s)
	}
	if id.owns(s) {
		return id.uses(s)
	}
	return id.manages(s)
}

// tagger checks the right to assign tags to s: the owner, or APPLY TAG, with USE.
func (id identity) tagger(s *securable) error {
	if id.alters(s) == nil {
		return nil
	}
	return id.require(privApplyTag, s)
}

// sees reports whether metadata of s is shown to the identity.
func (id identity) sees(s *securable) bool {
	if s.bound() != nil {
		return false
	}
	if s.kind == kindMetastore || id.ownsAbove(s) || s.readOnly() && id.seesSystem(s) {
		return true
	}
	return id.browses(s) || id.interacts(s)
}

// seesSystem: the system catalog and every information schema show their views
// to whoever may see the catalog; what rows they hold is filtered per row.
func (id identity) seesSystem(s *securable) bool {
	c := s.up(kindCatalog)
	return c.catalogType == catalogSystem || s != c && id.sees(c)
}

// browses: BROWSE on the catalog shows metadata of everything below it.
func (id identity) browses(s *securable) bool {
	c := s.up(kindCatalog)
	return c != nil && id.holds(privBrowse, c)
}

// interacts: some privilege that means something on s, and USE on the way to it.
func (id identity) interacts(s *securable) bool {
	if id.uses(s) != nil {
		return false
	}
	for _, p := range applicable[s.kind] {
		if p != privAll && applies(p, s) && id.holds(p, s) && (s.kind != kindCatalog || p != privBrowse) {
			return true
		}
	}
	return id.owns(s)
}

// show is nil if the identity may see s, and the platform's refusal otherwise.
func (id identity) show(s *securable) error {
	if err := s.bound(); err != nil {
		return err
	}
	if id.sees(s) {
		return nil
	}
	if err := id.uses(s); err != nil {
		return err
	}
	switch s.kind {
	case kindCatalog:
		return errLacks(privUseCat, s)
	case kindSchema:
		return errLacks(privUseSchema, s)
	case kindFunction:
		return errLacks(privExecute, s)
	case kindVolume:
		return errLacks("READ_VOLUME", s)
	case kindTable:
		return errLacks(privSelect, s)
	default:
		return errDenied("User does not have any privilege on %s '%s'.", title(s.kind), s.fullName())
	}
}

// seesAllGrants: everybody else sees only their own rows in the privilege views,
// holders of MANAGE included (documented, to be corrected by the vendor).
func (id identity) seesAllGrants(s *securable) bool { return id.ownsAbove(s) }
