package snowflake

import (
	"maps"
	"slices"
	"time"

	"github.com/polsync/polsync/connectors/emulator/sqlengine"
)

// cloning is a CREATE DATABASE or CREATE SCHEMA ... CLONE as it runs.
type cloning struct {
	a      *Account
	copies map[*object]*object // what lay in the source -> what lies in the clone
}

// notCloned are kinds that stay behind: pipes, and stages whose files lie in Snowflake.
func notCloned(o *object) bool {
	return o.kind == kindPipe || o.kind == kindStage && stageType(o) == "INTERNAL"
}

// cloneContainer copies what lies in a database or schema into a new one. The container gets no grant of its source, all in it keep theirs,
// their tags and their owners; future grants come along. A policy that lies in the source too is the clone's own there; others stay as they are.
func (s *session) cloneContainer(o *object, name sqlengine.Name) error {
	src, err := s.scope().find(o.kind, name)
	if err != nil {
		return err
	}
	if isForeign(src) {
		return errDenied(src)
	}
	if err := s.may().require(src, privUsage); err != nil {
		return err
	}
	c := &cloning{s.a, map[*object]*object{}}
	o.tags = slices.Clone(src.tags)
	o.props = maps.Clone(src.props)
	c.children(src, o)
	c.point()
	return nil
}

// children makes copies of all that lies in a container.
func (c *cloning) children(src, to *object) {
	for _, f := range src.future {
		next := *f
		next.in = to
		to.future = append(to.future, &next)
	}
	for _, child := range src.list("") {
		if notCloned(child) {
			continue
		}
		dup := child.copied()
		dup.id, dup.parent, dup.created, dup.altered = c.a.nextID(), to, c.a.now(), c.a.now()
		dup.held, dup.roles, dup.future, dup.handed = nil, nil, nil, nil
		if child.rel != nil {
			for _, col := range dup.rel.columns {
				col.id = c.a.nextID()
				col.tags = slices.Clone(col.tags)
			}
		}
		c.copies[child] = dup
		to.children[childKey{dup.space(), dup.name}] = dup
		if child.children != nil {
			dup.children = map[childKey]*object{}
			c.children(child, dup)
		}
	}
}

// point lets copies refer to each other where their sources did.
func (c *cloning) point() {
	attach := func(at *attachment) *attachment {
		if at == nil || c.copies[at.policy] == nil {
			return at
		}
		next := *at
		next.policy = c.copies[at.policy]
		return &next
	}
	tags := func(list []*tagging) {
		for i, t := range list {
			if own := c.copies[t.tag]; own != nil {
				next := *t
				next.tag = own
				list[i] = &next
			}
		}
	}
	for _, dup := range c.copies {
		if own := c.copies[dup.owner]; own != nil {
			dup.owner = own // a database role
		}
		tags(dup.tags)
		if dup.tag != nil {
			dup.tag.masks = slices.Clone(dup.tag.masks)
			for i, m := range dup.tag.masks {
				dup.tag.masks[i] = attach(m)
			}
		}
		if r := dup.rel; r != nil {
			r.rowAccess, r.aggregate, r.join = attach(r.rowAccess), attach(r.aggregate), attach(r.join)
			if own := c.copies[r.base]; own != nil {
				r.base = own
			}
			for _, col := range r.columns {
				col.mask, col.projection = attach(col.mask), attach(col.projection)
				tags(col.tags)
			}
		}
	}
	c.grants()
}

// grants gives the copies the grants of their sources. Database roles of the source stand for their copies.
func (c *cloning) grants() {
	for src, dup := range c.copies {
		dup.grants = nil
		for _, g := range src.grants {
			next := *g
			next.on = dup
			for _, who := range []**object{&next.to, &next.by} {
				if own := c.copies[*who]; own != nil {
					*who = own
				}
			}
			if g.on.kind == kindDatabaseRole && c.copies[g.to] == nil {
				continue // who was in the source's role is not in the copy's
			}
			c.a.addGrant(&next)
		}
	}
}

// restore puts a dropped container back with what was dropped with it.
func (a *Account) restore(o *object) {
	at := o.dropped
	o.dropped = time.Time{}
	o.parent.children[childKey{o.space(), o.name}] = o
	a.gone = without(a.gone, o)
	a.touch(o)
	for _, child := range slices.Clone(a.gone) {
		if child.parent == o && child.dropped.Equal(at) {
			a.restore(child)
		}
	}
	if o.kind == kindTag {
		a.reassign(o)
	}
}

// lostTagging is where a tag was set when it was dropped.
type lostTagging struct {
	on  *object
	col *column
	*tagging
}

// reassign sets a tag again where it was when it was dropped, also on what is brought back with it.
func (a *Account) reassign(tag *object) {
	for _, l := range tag.tag.lost {
		list := &l.on.tags
		if l.col != nil {
			list = &l.col.tags
		}
		*list = append(slices.Clone(*list), l.tagging)
		a.touchTagged(l.on)
	}
	tag.tag.lost = nil
}
