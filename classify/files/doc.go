// Package files classifies tables that are CSV files in a folder: a header row, then rows as RFC 4180 has them, or with
// semicolons, tabs or bars for commas; an empty field for NULL. Each file is the table of its name without ".csv". A
// file is read row by row, once where a schema says of all columns that they are text, else a first time for their
// types, and never kept.
package files
