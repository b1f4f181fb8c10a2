// Package fault keeps the ways in which an embedded warehouse is told to misbehave, and picks the one that a request meets. What a fault does
// is the warehouse's own: each has a type for its faults and one for its requests.
package fault

import (
	"slices"
	"sync"
)

// Fault is one way to misbehave.
type Fault[R any] interface {
	// Matches reports whether a request is one of those that the fault is for.
	Matches(request R) bool

	// Span gives the number of matching requests to let pass first, and to hit after those; times 0: all.
	Span() (skip, times int)
}

// Set holds the faults in force. The zero value is empty; its methods may be called at any time.
type Set[F Fault[R], R any] struct {
	mu     sync.Mutex
	list   []*armed[F]
	killed bool
}

type armed[F any] struct {
	fault F
	seen  int
}

// Add puts a fault in force; the first one that matches a request is used. The function returned takes it away.
func (s *Set[F, R]) Add(fault F) (remove func()) {
	a := &armed[F]{fault: fault}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, a)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.list = slices.DeleteFunc(s.list, func(x *armed[F]) bool { return x == a })
	}
}

// Clear takes all faults away and revives the warehouse.
func (s *Set[F, R]) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list, s.killed = nil, false
}

// Kill closes every connection from now on, until Clear.
func (s *Set[F, R]) Kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.killed = true
}

// Take counts a request and returns the fault that it meets; the zero value where there is none. It is for the warehouse.
func (s *Set[F, R]) Take(request R) (met F, killed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.killed {
		return met, true
	}
	for _, a := range s.list {
		if !a.fault.Matches(request) {
			continue
		}
		a.seen++
		if skip, times := a.fault.Span(); a.seen > skip && (times == 0 || a.seen <= skip+times) {
			return a.fault, false
		}
	}
	return met, false
}
