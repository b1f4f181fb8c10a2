// Package dialect is what is peculiar to Snowflake and can be known without asking an account: how names fold, what
// privileges there are, how a masking policy is said in SQL, and which statement makes which change.
//
// It imports no driver, so that its tests are quick.
package dialect
