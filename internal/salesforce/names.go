package salesforce

import (
	"context"
	"encoding/json"

	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/describe"
	"longhaul/internal/salesforce/login"
	"longhaul/internal/salesforce/recordid"
	"longhaul/internal/salesforce/setup"
	"longhaul/internal/salesforce/soql"
	"longhaul/internal/salesforce/usage"
)

// Error is one refusal or failure of Salesforce, or of the way to it, with its class.
type Error = apierror.Error

// The causes that callers tell apart by errors.Is.
var (
	ErrTooLarge       = httpkit.ErrTooLarge        // the answer is larger than Longhaul reads
	ErrNoColumns      = apierror.ErrNoColumns      // a description lacks the columns that it was read for
	ErrTooManyColumns = apierror.ErrTooManyColumns // Salesforce describes no report with that many columns
	ErrNoneSelected   = apierror.ErrNoneSelected   // a report has no columns
)

// ID18 returns the 18-character form of a record id.
func ID18(id string) (string, error) { return recordid.Long(id) }

type (
	// Auth is a way to log in.
	Auth = login.Auth

	// Credentials are the values of one login. They print as a placeholder.
	Credentials = login.Credentials

	// Identity is who is logged in, and where.
	Identity = login.Identity

	// LoginSlots are the logins that a source may make, for all processes that share them.
	LoginSlots = login.Slots

	// Query says which records to read.
	Query = soql.Query

	// Page is one answer to a query.
	Page = soql.Page

	// Description is the part of a describe that is kept.
	Description = describe.Description

	// Columns counts the detail columns of a report.
	Columns = describe.Columns

	// SetupUser is the run-as user as Setup shows it, with its username masked.
	SetupUser = setup.User

	// PermissionSet is a permission set that the run-as user is assigned.
	PermissionSet = setup.PermissionSet

	// SetupReport is a report by its Id and name.
	SetupReport = setup.Report

	// RecordedLogin is a login of the run-as user, as Salesforce recorded it.
	RecordedLogin = setup.Login

	// Meter counts the calls made under one context.
	Meter = usage.Meter

	// LimitInfo is an org's use of its daily API requests.
	LimitInfo = usage.LimitInfo

	// CallBudget is a hard bound of the calls made under one context.
	CallBudget = usage.CallBudget

	// Throttles counts how often, under one context, Salesforce asked for fewer requests.
	Throttles = usage.Throttles
)

// The ways to log in. The password flow is kept for old setups; Salesforce has deprecated it.
const (
	AuthClientCredentials = login.AuthClientCredentials
	AuthJWTBearer         = login.AuthJWTBearer
	AuthPassword          = login.AuthPassword
)

// Quote writes text as a string literal of SOQL.
func Quote(text string) string { return soql.Quote(text) }

// LacksColumns reports whether a description names columns and describes none of them.
func LacksColumns(metadata, extended json.RawMessage) (bool, error) {
	return describe.LacksColumns(metadata, extended)
}

// ReportType is the API name of a report's type, from its metadata.
func ReportType(metadata json.RawMessage) (string, error) { return describe.ReportType(metadata) }

// CountColumns compares the two parts of a description.
func CountColumns(metadata, extended json.RawMessage) (Columns, error) {
	return describe.CountColumns(metadata, extended)
}

// ErrBudgetSpent lies below the error of a request that was not sent because its call budget is spent.
var ErrBudgetSpent = usage.ErrBudgetSpent

// NewCallBudget makes a budget of calls. Once the org has used up to bound of its daily API requests it covers none; a bound of 0 is
// none.
func NewCallBudget(calls, bound int64) *CallBudget { return usage.NewCallBudget(calls, bound) }

// WithCallBudget bounds the calls made under the context it returns by b, in place of any budget further up.
func WithCallBudget(ctx context.Context, b *CallBudget) context.Context {
	return usage.WithCallBudget(ctx, b)
}

// WithMeter makes m count the calls made under the context it returns, in place of any meter further up.
func WithMeter(ctx context.Context, m *Meter) context.Context { return usage.WithMeter(ctx, m) }

// WithThrottles makes t count how often Salesforce asks for fewer requests under the context it returns.
func WithThrottles(ctx context.Context, t *Throttles) context.Context {
	return usage.WithThrottles(ctx, t)
}
