// Package classify decides what a column holds: e-mail addresses, names, card numbers, credentials. It is pure: it
// reads no table and knows no SQL.
//
// # The way of a scan
//
//	rules, err := NewRules(Suite(), declared, collections, scan.Collection)
//	probes := Probes(scan, tables, rules)            // what to count, as data
//	counts, err := platform.Count(ctx, probes)       // counted where the data is; only numbers come back
//	decisions := Decide(scan, platform, table, counts, rules, now)
//	coverage := Covered(scan, platform, tables, counts, rules)
//	tagging, err := Assignments(TagInput{...}, autotag...)
//
// No cell value reaches the process unless the scan says `values: sample`; then CountValues answers the same Probes
// from rows in memory. With `values: names` nothing is counted and names decide, with lower scores.
//
// # What a Check sees
//
// CountValues is the definition; a platform's SQL says the same:
//
//   - NULL is no value. Text is trimmed of U+0020 at both ends; what is then empty is no value.
//   - Numbers, dates and timestamps are their cast to a string; floats lose a trailing ".0".
//   - Lengths are characters of the trimmed text. Form, pattern, checksum and words look at its first MaxText.
//   - A Pattern stands for the whole text (Go and Snowflake's RE2: \A(?:p)\z; REGEXP_LIKE is anchored by itself; Java:
//     \A(?:p)\z, since $ would let a last newline pass), and case matters.
//   - Java backtracks: a platform of that kind should look at the length bounds before the pattern (CASE WHEN), and the
//     suite's patterns have no two open repetitions of overlapping classes in a row.
//   - Words are compared with LOWER of the text. A Form that changes case is applied first.
//   - The checksums luhn and iban are computed on every platform, and every other that FormulaOf says. What is left is
//     counted by its form alone, and so is any on a platform whose Rules were made WithChecksums that lack it; the
//     finding says so.
//
// # How evidence adds up
//
// Each Classifier starts at a low prior in log odds and gains or loses by its name phrases, the comment, the table
// around it, and what the share of values passing each Test is worth. Shapes (uuid, hash, timestamp, date, mask) argue
// against all types. The softmax over all types with any support and "nothing sensitive" is the score; from MinScore
// on it is a finding. The weights were set by hand on labelled columns; on those, findings were right at least as often as
// their score says.
//
// # Adding a type
//
// Add a Classifier value to one of the suite_*.go lists. Its checks join the one pass that counts a value; nothing else
// changes. Validate and the tests hold it to the rules: portable pattern, unique names, a matching and a near-miss value.
package classify
