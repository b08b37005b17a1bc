// Package storetest serves the tests of buckets that are reached over a network: it starts the servers that `make buckets`
// installs, and stands before them with the faults of real stores, gateways and portals.
package storetest
