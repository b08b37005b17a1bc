// Package lookback holds the tests of what syncs leave for those who look back: months of syncs of an org that people change, without a
// Temporal, against a plain copy of what each of them found.
package lookback
