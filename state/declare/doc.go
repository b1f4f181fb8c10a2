// Package declare reads the policy language: YAML files become state.Declarations, each with the place it came from.
//
// The language is described once, in grammar.go: keys, types, words and what they mean. Package document holds files
// against that description and makes the JSON Schema from it; the read_*.go files turn what has the right form into
// declarations and check what the files alone can show: names declared nowhere or twice, values a tag does not allow,
// rules that cannot be told apart. What needs a platform, such as whether a table is there, is the planner's.
//
// A Bounds limits what one source may declare.
//
// Every mistake in every file is reported at once; with any, nothing is returned, since a weaker layer must not stand
// in for a file that could not be read.
package declare
