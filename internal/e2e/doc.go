// Package e2e holds the end-to-end tests: the real workflows and activities on an embedded Temporal, against the strict
// simulator of Salesforce and of the catalog.
package e2e
