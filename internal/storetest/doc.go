// Package storetest is for tests of buckets that are reached over a network: it starts the servers that `make buckets` installs,
// and puts proxies before them that make the faults of real stores, gateways and portals.
package storetest
