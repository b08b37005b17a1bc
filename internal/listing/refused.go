package listing

import (
	"errors"
	"net/http"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// scopeRefused reports whether err is the answer to a scope that needs a permission of its own. What that answer is exactly
// is not documented: it is a refusal of this one query by 403, or of its form by 400, as the same query without the scope
// was accepted before. A refusal that is about the whole org, or about the way to it, is not one of a scope.
func scopeRefused(scope string, err error) bool {
	refusal, ok := errors.AsType[*salesforce.Error](err)
	switch {
	case !ok || scope == "":
		return false
	case refusal.Status == http.StatusForbidden:
		return refusal.Class == fault.PermissionMissing && !refusal.Whole
	case refusal.Status == http.StatusBadRequest && refusal.Class == fault.PermissionMissing:
		return !refusal.Whole
	default:
		return refusal.Status == http.StatusBadRequest && refusal.Class == fault.Invalid && refusal.Code != "UNSUPPORTED_API_VERSION"
	}
}

// fieldRefused reports whether Salesforce refused a field that cannot be left out. Fields that are only read can.
func fieldRefused(err error) bool {
	refusal, ok := errors.AsType[*salesforce.Error](err)
	return ok && refusal.Code == "INVALID_FIELD" && fault.Is(err, fault.PermissionMissing)
}
