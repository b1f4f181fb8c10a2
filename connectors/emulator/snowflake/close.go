package snowflake

// Close ends the account for its clients: running statements are cancelled and waited for, sessions end, requests are refused from then on.
func (a *Account) Close() {
	a.wmu.Lock()
	a.closed = true
	clear(a.sessions)
	clear(a.masters)
	var running []*query
	for _, q := range a.recent {
		if q.cancel != nil {
			q.cancel()
			running = append(running, q)
		}
	}
	a.wmu.Unlock()
	for _, q := range running {
		<-q.done
	}
}

// isClosed tells whether requests are to be refused.
func (a *Account) isClosed() bool {
	a.wmu.Lock()
	defer a.wmu.Unlock()
	return a.closed
}
