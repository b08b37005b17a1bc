// Package httpkit holds what Longhaul's HTTP clients share: roots, proxy, waits, redirects, body caps, and the pages that stand in
// for answers.
package httpkit
