package snowflake

import "time"

// futureGrant is a grant on objects that are yet to be made in a database or schema.
type futureGrant struct {
	privilege string
	kind      kind
	in, to    *object
	option    bool
	created   time.Time
}

// noFuture lists the kinds that future grants do not cover.
func noFuture(k kind) bool { return k == kindTag || k.isPolicy() || k.info().in == kindAccount }

// addFuture records a future grant. A kind has one owner to be.
func (a *Account) addFuture(f *futureGrant) error {
	for _, have := range f.in.future {
		if have.kind != f.kind || have.privilege != f.privilege {
			continue
		}
		if have.to == f.to {
			have.option = have.option || f.option
			return nil
		}
		if f.privilege == privOwnership {
			return compilation(codeExists, "42710", "A future grant of ownership on %s already exists.", f.kind.info().plural)
		}
	}
	f.created = a.now()
	f.in.future = append(f.in.future, f)
	a.touch(f.in)
	return nil
}

func (a *Account) removeFuture(privilege string, k kind, in, to *object) {
	for _, f := range append([]*futureGrant{}, in.future...) {
		if f.privilege == privilege && f.kind == k && f.to == to {
			in.future = without(in.future, f)
			a.touch(in)
		}
	}
}

// futureFor gives the future grants that count for an object being made: those of the schema, if it has any on the kind, or else those of
// the database.
func futureFor(o *object) []*futureGrant {
	pick := func(c *object) (out []*futureGrant) {
		for _, f := range c.future {
			if f.kind == o.kind {
				out = append(out, f)
			}
		}
		return out
	}
	if o.parent.kind == kindSchema {
		if fs := pick(o.parent); len(fs) > 0 {
			return fs
		}
	}
	var out []*futureGrant
	for _, f := range pick(o.database()) {
		if f.privilege != privOwnership || !o.schema().managed() || o.kind == kindSchema {
			out = append(out, f)
		}
	}
	return out
}

// applyFuture gives a new object what future grants promise.
func (a *Account) applyFuture(o *object) {
	if o.parent == nil || o.parent.kind == kindAccount || noFuture(o.kind) {
		return
	}
	list := futureFor(o)
	for _, f := range list {
		if f.privilege == privOwnership {
			o.owner = f.to
		}
	}
	for _, f := range list {
		if f.privilege != privOwnership && (o.kind != kindStage || contains(o.grantable(), f.privilege)) {
			a.addGrant(&grant{privilege: f.privilege, on: o, to: f.to, by: o.owner, option: f.option})
		}
	}
}
