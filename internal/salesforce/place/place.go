// Package place names pages of Salesforce's Setup by the way to them, in Salesforce's own labels of 2026.
package place

import "strings"

// What stands in brackets is chosen in a list. Sources: the setup guide of Coalesce Catalog; Salesforce Help, "Configure OAuth Policies",
// "Manage External Client App OAuth Usage", "Get Your Consumer Key", "Manage Current OAuth Connected App Sessions",
// "Modify Session Security Settings".
const (
	App    = "Setup > External Client Apps > External Client App Manager > (the app)"
	Scopes = App + " > Settings > OAuth Settings > OAuth Scopes"
	Keys   = App + " > Settings > OAuth Settings > Consumer Key and Secret; of a connected app " +
		"Setup > Apps > App Manager > (the app) > View > API (Enable OAuth Settings) > Manage Consumer Details"
	Flows       = App + " > Settings > OAuth Settings > Flow Enablement"
	Certificate = Flows + ", certificate"
	Policies    = App + " > Policies > OAuth Policies"
	RunAs       = Policies + " > Enable Client Credentials Flow, Run As (Username)"
	Permitted   = Policies + " > Permitted Users"
	Addresses   = Policies + " > IP Relaxation"
	AppUsage    = "Setup > External Client Apps > OAuth Usage"
	Connected   = "Setup > Apps > Connected Apps > Connected Apps OAuth Usage"
	Blocked     = AppUsage + "; of a connected app " + Connected
	OrgFlows    = "Setup > Identity > OAuth and OpenID Connect Settings"
	Assurance   = "Setup > Identity > Identity Verification"
	MyDomain    = "Setup > Company Settings > My Domain > Current My Domain URL"
	Company     = "Setup > Company Settings > Company Information"
	CallsOfADay = Company + " > API Requests, Last 24 Hours"
	Sessions    = "Setup > Security > Session Settings"
	User        = "Setup > Users > Users > (the user)"
	Activity    = User + " > Active, Unfreeze"
	Logins      = User + " > Login History"
	LoginRanges = "Setup > Users > Profiles > (the profile of the user) > Login IP Ranges"
	Sets        = "Setup > Users > Permission Sets > (the set)"
	Permissions = Sets + " > System > System Permissions"
	NewSet      = "Setup > Users > Permission Sets > New > (no licence), then Manage Assignments > Add Assignment > (the user)"
)

// OfSet is where the permissions of a set are.
func OfSet(label string) string { return strings.Replace(Permissions, "(the set)", label, 1) }

// OfProfile is where the permissions of a profile are.
func OfProfile(name string) string {
	return "Setup > Users > Profiles > " + name + " > System > System Permissions"
}

// Assigned is where a user's profile and sets are.
const Assigned = User + " > Profile, Permission Set Assignments"

// Tick is where permissions are given by a set. label is that of the set; empty where it is not known.
func Tick(label string) string {
	const steps = " > Edit, tick, Save"
	if label == "" {
		return Permissions + steps
	}
	return OfSet(label) + steps
}
