// Package connectors defines what polsync asks of a platform, the errors platforms answer with, and the wrappers that
// every platform is stacked in.
package connectors
