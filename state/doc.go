// Package state holds the nouns polsync speaks of and their one canonical order.
//
// A Securable is anything a tag, a mask or a grant can stand on; principals are securables too. A Fact is one
// thing that is, or should be, so on one platform: a tag set on a column, a privilege a role holds. Facts have a
// Key, which says what the fact is about, and a Value, which says how it is. A State is the facts of one platform
// together with the objects they stand on, and with the areas that could not be read; the same type is used for
// what is declared and for what is there, so that the two can be compared, printed and kept in a test file.
//
// Declarations are the policy language after parsing: names and selectors as the author wrote them, each with its
// Origin, not yet matched against a platform.
//
// The package does no I/O and imports nothing of polsync.
package state
