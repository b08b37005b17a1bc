package staging

import (
	"cmp"
	"fmt"
	"net/http"
	"strings"
)

// refusal is a kind of answer by which a store refuses a request.
type refusal int

const (
	unexplained refusal = iota
	denied              // the credentials are known and may not do this
	unknown             // the credentials are wrong, or have ended
	skewed              // this machine's clock is wrong
	elsewhere           // the bucket is in another region
	noBucket
	noObject
	lacking // the store does not know this request
	full
	busy
	notAStore // something else answered, with a page
	nameless  // so it may be, for every store says what is not there
)

// lasting says whether a refusal lasts until somebody changes something.
func (r refusal) lasting() bool {
	switch r {
	case denied, unknown, skewed, elsewhere, noBucket, lacking:
		return true
	default:
		return false
	}
}

// The codes of the stores that need other words than their status, or no words but a kind.
var refusals = map[string]refusal{
	// S3 and what speaks like it
	"AccessDenied": denied, "Forbidden": denied, "AllAccessDisabled": denied, "AccountProblem": denied, "Unauthorized": unknown,
	"InvalidAccessKeyId": unknown, "SignatureDoesNotMatch": unknown, "ExpiredToken": unknown, "InvalidToken": unknown,
	"TokenRefreshRequired": unknown, "NotSignedUp": unknown, "InvalidSecurity": unknown, "ExpiredTokenException": unknown,
	"RequestTimeTooSkewed": skewed, "RequestExpired": skewed,
	"AuthorizationHeaderMalformed": elsewhere, "PermanentRedirect": elsewhere, "MovedPermanently": elsewhere, "TemporaryRedirect": elsewhere,
	"IllegalLocationConstraintException": elsewhere, "Redirect": elsewhere,
	"NoSuchBucket": noBucket, "NoSuchKey": noObject, "NotFound": noObject,
	"NotImplemented": lacking, "XAmzContentSHA256Mismatch": lacking, "MethodNotAllowed": lacking, "BadDigest": unexplained,
	"InsufficientStorage": full, "QuotaExceeded": full, "XMinioStorageFull": full, "StorageFull": full, "XMinioAdminBucketQuotaExceeded": full,
	"SlowDown": busy, "ServiceUnavailable": busy, "Throttling": busy, "TooManyRequests": busy, "RequestTimeout": busy, "OperationAborted": busy,
	"ConditionalRequestConflict": busy, "NoSuchUpload": busy,
	// Azure
	"AuthenticationFailed": unknown, "InvalidAuthenticationInfo": unknown, "NoAuthenticationInformation": unknown,
	"AuthorizationFailure": denied, "AuthorizationPermissionMismatch": denied, "InsufficientAccountPermissions": denied,
	"AuthorizationProtocolMismatch": denied, "AuthorizationSourceIPMismatch": denied, "AuthorizationServiceMismatch": denied,
	"AuthorizationResourceTypeMismatch": denied, "AccountIsDisabled": denied, "PublicAccessNotPermitted": denied,
	"ContainerNotFound": noBucket, "ContainerDisabled": noBucket, "ContainerBeingDeleted": busy, "BlobNotFound": noObject,
	"ServerBusy": busy, "OperationTimedOut": busy, "InternalError": busy, "UnsupportedHeader": lacking, "AccountBeingCreated": busy,
	// Google
	"forbidden": denied, "insufficientPermissions": denied, "accountDisabled": denied, "userProjectMissing": denied,
	"authError": unknown, "required": unknown, "rateLimitExceeded": busy, "userRateLimitExceeded": busy, "backendError": busy,
}

// kind says which refusal an answer is: by its code, else by its status.
func (a answer) kind() refusal {
	if a.page && a.status < http.StatusInternalServerError { // a gateway before the store may answer with a page too, when that is away
		return notAStore
	}
	if a.status == http.StatusNotFound && strings.Contains(a.message, "bucket does not exist") { // Google tells it only so
		return noBucket
	}
	if kind, known := refusals[a.code]; known {
		return kind
	}
	switch a.status {
	case http.StatusUnauthorized:
		return unknown
	case http.StatusForbidden:
		return denied
	case http.StatusNotFound:
		if a.code == "" && a.message == "" {
			return nameless
		}
		return noObject
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return elsewhere
	case http.StatusFound, http.StatusSeeOther: // no store leads people on
		return notAStore
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return lacking
	case http.StatusInsufficientStorage:
		return full
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusInternalServerError:
		return busy
	}
	return unexplained
}

// said names the store's answer as people find it in the store's documentation.
func (a answer) said() string {
	switch {
	case a.code == "":
		return fmt.Sprintf("status %d", a.status)
	case a.status == 0:
		return a.code
	}
	return fmt.Sprintf("%s (%d)", a.code, a.status)
}

// cloud is how one kind of store calls what a refusal is about.
type cloud struct {
	rights      string // what the credentials need
	credentials string // where they come from
	region      string // what to change when the bucket is elsewhere
}

var clouds = map[string]cloud{
	"s3": {
		rights:      "s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket",
		credentials: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile or role of this machine",
		region:      "set region= in the storage to the bucket's region, and endpoint= to where the bucket is",
	},
	"azblob": {
		rights:      "the role Storage Blob Data Contributor, and check the network rules of the account",
		credentials: "AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN (which may have ended), and this machine's clock",
		region:      "check storage_account= and domain= in the storage",
	},
	"gs": {
		rights:      "the role Storage Object User (roles/storage.objectUser)",
		credentials: "GOOGLE_APPLICATION_CREDENTIALS, or the service account of this machine",
		region:      "check the name of the bucket",
	},
}

// words say what a refusal means and what to change; empty when the store's code says all that is known.
func (s *Store) words(a answer) string {
	c := clouds[s.kind]
	switch a.kind() {
	case denied:
		return "the credentials may not do that; give them " + cmp.Or(c.rights, "read and write access")
	case unknown:
		return "the store does not accept the credentials; check " + cmp.Or(c.credentials, "them")
	case skewed:
		return "this machine's clock differs too much from the store's; set the clock"
	case elsewhere:
		return "the bucket is elsewhere; " + cmp.Or(c.region, "check its address")
	case noBucket:
		return "there is no such bucket; check storage"
	case lacking:
		return s.lacks()
	case full:
		return "the store is full; make room in it or set another storage"
	case busy:
		return "the store is busy or away; it is tried again"
	case nameless:
		return "every store says what is not there, so something else may answer in its place; check the address of the storage, " +
			"HTTPS_PROXY and NO_PROXY"
	case noObject, notAStore, unexplained:
	}
	return a.message
}

func (s *Store) lacks() string {
	const needs = "the store does not know what Longhaul needs: writing an object only if it is absent (If-None-Match: *)"
	if s.kind == "s3" {
		return needs + ", and checksums; where it only lacks the checksums, add request_checksum_calculation=when_required to the storage"
	}
	return needs
}
