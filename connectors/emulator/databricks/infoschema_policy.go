package databricks

import "strings"

// tagsOf lists the assignments that the tag views show: those of TagLag ago.
func (r *infoReader) tagsOf(s *tagSet) []tag { return list(r.w.lagged(s)) }

func infoCatalogTags(r *infoReader) {
	r.catalogs(func(c *securable) {
		for _, t := range r.tagsOf(&c.tags) {
			r.add(c.name, t.key, t.value)
		}
	})
}

func infoSchemaTags(r *infoReader) {
	r.schemas(func(s *securable) {
		for _, t := range r.tagsOf(&s.tags) {
			r.add(s.parent.name, s.name, t.key, t.value)
		}
	})
}

func infoTableTags(r *infoReader)  { r.objectTags(kindTable) }
func infoVolumeTags(r *infoReader) { r.objectTags(kindVolume) }

func (r *infoReader) objectTags(k kind) {
	r.objects(k, func(x *securable) {
		c, s, n := at(x)
		for _, t := range r.tagsOf(&x.tags) {
			r.add(c, s, n, t.key, t.value)
		}
	})
}

func infoColumnTags(r *infoReader) {
	r.objects(kindTable, func(x *securable) {
		c, s, n := at(x)
		for _, col := range x.table.columns {
			for _, t := range r.tagsOf(&col.tags) {
				r.add(c, s, n, col.name, t.key, t.value)
			}
		}
	})
}

// grantsOf lists the rows a privilege view shows of a securable: all to its owner
// and the owners above, to everybody else those of their own.
func (r *infoReader) grantsOf(x *securable, visit func(g grantRow, inherited string)) {
	all := r.id.seesAllGrants(x)
	for _, g := range r.w.effective(x) {
		if g.principal == "" || !all && !r.id.is(g.principal) {
			continue
		}
		from := "NONE"
		if g.from != nil {
			from = string(g.from.kind)
		}
		visit(g, from)
	}
}

// grantor is who is named as having granted; the emulator does not keep it.
const grantor = "System user"

func infoMetastorePrivileges(r *infoReader) {
	r.grantsOf(r.w.root, func(g grantRow, _ string) { r.add(grantor, g.principal, r.w.root.id, g.privilege, "NO") })
}

func infoCatalogPrivileges(r *infoReader) {
	r.catalogs(func(c *securable) {
		r.grantsOf(c, func(g grantRow, from string) { r.add(grantor, g.principal, c.name, g.privilege, "NO", from) })
	})
}

func infoSchemaPrivileges(r *infoReader) {
	r.schemas(func(s *securable) {
		r.grantsOf(s, func(g grantRow, from string) {
			r.add(grantor, g.principal, s.parent.name, s.name, g.privilege, "NO", from)
		})
	})
}

func infoTablePrivileges(r *infoReader)  { r.objectPrivileges(kindTable) }
func infoVolumePrivileges(r *infoReader) { r.objectPrivileges(kindVolume) }

func (r *infoReader) objectPrivileges(k kind) {
	r.objects(k, func(x *securable) {
		c, s, n := at(x)
		r.grantsOf(x, func(g grantRow, from string) { r.add(grantor, g.principal, c, s, n, g.privilege, "NO", from) })
	})
}

func infoRoutinePrivileges(r *infoReader) {
	r.objects(kindFunction, func(x *securable) {
		c, s, n := at(x)
		r.grantsOf(x, func(g grantRow, from string) { r.add(grantor, g.principal, c, s, n, c, s, n, g.privilege, "NO", from) })
	})
}

// bound visits the tables whose masks and filters are listed: not those seen
// through BROWSE alone.
func (r *infoReader) bound(visit func(x *securable, c, s, n string)) {
	r.objects(kindTable, func(x *securable) {
		if r.id.ownsAbove(x) || r.id.interacts(x) {
			c, s, n := at(x)
			visit(x, c, s, n)
		}
	})
}

// usage lists a binding's columns with commas; NULL if there are none.
func usage(b *binding) any { return orNull(strings.Join(b.columns(), ",")) }

func infoColumnMasks(r *infoReader) {
	r.bound(func(x *securable, c, s, n string) {
		for _, col := range x.table.columns {
			if col.mask != nil {
				r.add(c, s, n, col.name, col.mask.function, usage(col.mask))
			}
		}
	})
}

func infoRowFilters(r *infoReader) {
	r.bound(func(x *securable, c, s, n string) {
		if f := x.table.filter; f != nil {
			r.add(c, s, n, f.function, usage(f))
		}
	})
}

func infoColumnMasksDocumented(r *infoReader) {
	r.bound(func(x *securable, c, s, n string) {
		for _, col := range x.table.columns {
			if col.mask != nil {
				f := functionName(col.mask.function)
				r.add(c, s, n, col.name, f.Catalog, f.Schema, f.Function, usage(col.mask))
			}
		}
	})
}

func infoRowFiltersDocumented(r *infoReader) {
	r.bound(func(x *securable, c, s, n string) {
		if b := x.table.filter; b != nil {
			f := functionName(b.function)
			r.add(c, s, n, f.Catalog, f.Schema, f.Function, usage(b))
		}
	})
}
