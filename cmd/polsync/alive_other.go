//go:build !unix

package main

// alive reports whether a holder is known to run; here that cannot be told.
func alive(string) bool { return false }
