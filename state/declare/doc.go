// Package declare reads the policy language: YAML files become state.Declarations, each with the place it came from.
// Every mistake in every file is reported at once; with any, nothing is returned, since a weaker layer must not stand
// in for a file that could not be read.
package declare
