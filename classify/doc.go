// Package classify decides what a column holds. Classifiers are values; what they need to count is said in Probes,
// which have no SQL in them and are carried out inside the platform, so that no cell value reaches the process.
package classify
