// Package httpkit holds what Longhaul's HTTP clients share: roots, proxy, waits, redirects, body caps, the pages that stand in for
// answers, and the sentences for what fails on the way.
package httpkit
