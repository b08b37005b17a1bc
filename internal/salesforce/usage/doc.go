// Package usage accounts for API calls: how many are sent, how many may be, and what answers report of the org's use and of Salesforce's
// clock.
package usage
