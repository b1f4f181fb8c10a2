// Package document reads YAML files against a described Shape. One description serves the reader, which reports every
// mistake with its place and the nearest valid word, and the JSON Schema that editors complete with.
//
// It is the only package that knows the YAML library.
package document
