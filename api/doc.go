// Package api is what the daemon shows over HTTP: whether it lives, whether it has read its platforms, and figures for
// Prometheus. It decides nothing and writes nothing.
package api
