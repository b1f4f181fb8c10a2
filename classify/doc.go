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
// around it, and what the share of values passing each Test is worth. Shapes (uuid, hash, timestamp, date, mask), a
// numbering and few repeated values argue against. What all columns of the table were found to be then speaks for
// their neighbours (kin in context.go), and each is decided anew. The softmax over all types with any support and
// "nothing sensitive", put through a fitted line (calibrate.go), is the score; from MinScore on it is a finding. The
// weights were set by hand on labelled columns; classify/evaluate measures them and fits Strengths, a factor on each
// kind of evidence, on tables other than those it judges. docs/classification.md has what it measured.
//
// # Names
//
// The suite's phrases and those of the lexicons (vocabulary*.go: languages, business systems, short forms) are one
// index. Names are split into words, accents folded, abbreviations written out; compounds of languages that write
// them as one word are read by their last part, and Chinese, Japanese, Korean and Thai by what they begin or end with.
// A phrase that two types claim is a hint of both. Where name and comment say nothing of a type, its Alone tests
// (suite_alone.go) count instead of its Tests, against a name that says something else.
//
// # Adding a type
//
// Add a Classifier value to one of the suite_*.go lists, and its words to the lexicons. Its checks join the one pass that counts a value; nothing else
// changes. Validate and the tests hold it to the rules: portable pattern, unique names, a matching and a near-miss value.
package classify
