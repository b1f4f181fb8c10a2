package snowflake

import "github.com/polsync/polsync/connectors/emulator/sqlengine"

// LockTable holds the lock of a table, named in full, until it is released: statements that change it fail, as they do when too many wait.
func (a *Account) LockTable(name string) (release func(), err error) {
	parts, err := sqlengine.ParseName(sqlengine.Snowflake, name)
	if err != nil {
		return nil, asError(err)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	admin := a.rightsOf(a.root.child("role", roleAccountAdmin))
	o, err := (&scope{a: a, may: admin}).relation(parts)
	if err != nil {
		return nil, err
	}
	o.rel.locked = "another transaction"
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		o.rel.locked = ""
	}, nil
}

// lockedError gives the error of changing a table that is locked by another.
func (o *object) lockedError() error {
	if o.rel == nil || o.rel.locked == "" {
		return nil
	}
	return errorf(codeLockWaiters, "57014", "Statement has locked table '%s' in %s and this lock has not yet been released. "+
		"Your statement was aborted because the number of waiters for this lock exceeds the 20 statements limit.", o.name, o.rel.locked)
}
