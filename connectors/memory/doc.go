// Package memory is a platform in a map, kept as a YAML file where one is named. It has tags, masks, roles and grants
// and nothing else; its language is one line per fact, "put KEY = VALUE" and "drop KEY". It is for trying out policies
// without a warehouse, for tests of the command line, and for proving that no prefix of a plan shows anybody more:
// Sees answers who sees what, and knows nothing of the planner.
package memory
