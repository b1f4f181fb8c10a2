// Package files classifies tables that are CSV files in a folder: a header row, then rows as RFC 4180 has them, an
// empty field for NULL. Each file is the table of its name without ".csv". A file is read row by row, once where a
// schema gives its types and twice where they have to be guessed, and never kept.
package files
