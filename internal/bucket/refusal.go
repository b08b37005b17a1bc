package bucket

import (
	"cmp"
	"net/http"
	"strings"
)

// refusal is a kind of answer that refuses a request.
type refusal int

const (
	unexplained    refusal = iota
	denied                 // the credentials are known and may not do this
	badCredentials         // the credentials are wrong, or have expired
	clockSkew              // this machine's clock is wrong
	otherRegion            // the bucket is in another region
	noBucket
	noObject
	unsupported // the store does not know this request
	full
	busy
	notAStore   // something else answered, with a web page
	notByAStore // something else may have answered: every store says what does not exist
)

// lasting reports whether a refusal lasts until somebody changes something.
func (r refusal) lasting() bool {
	switch r {
	case denied, badCredentials, clockSkew, otherRegion, noBucket, unsupported:
		return true
	default:
		return false
	}
}

// refusals are the codes of the stores whose meaning their status does not tell.
var refusals = map[string]refusal{
	// S3 and servers that speak its protocol
	"AccessDenied": denied, "Forbidden": denied, "AllAccessDisabled": denied, "AccountProblem": denied, "Unauthorized": badCredentials,
	"InvalidAccessKeyId": badCredentials, "SignatureDoesNotMatch": badCredentials, "ExpiredToken": badCredentials, "InvalidToken": badCredentials,
	"TokenRefreshRequired": badCredentials, "NotSignedUp": badCredentials, "InvalidSecurity": badCredentials, "ExpiredTokenException": badCredentials,
	"RequestTimeTooSkewed": clockSkew, "RequestExpired": clockSkew,
	"AuthorizationHeaderMalformed": otherRegion, "PermanentRedirect": otherRegion, "MovedPermanently": otherRegion, "TemporaryRedirect": otherRegion,
	"IllegalLocationConstraintException": otherRegion, "Redirect": otherRegion,
	"NoSuchBucket": noBucket, "NoSuchKey": noObject, "NotFound": noObject,
	"NotImplemented": unsupported, "XAmzContentSHA256Mismatch": unsupported, "MethodNotAllowed": unsupported, "BadDigest": unexplained,
	"InsufficientStorage": full, "QuotaExceeded": full, "XMinioStorageFull": full, "StorageFull": full, "XMinioAdminBucketQuotaExceeded": full,
	"SlowDown": busy, "ServiceUnavailable": busy, "Throttling": busy, "TooManyRequests": busy, "RequestTimeout": busy, "OperationAborted": busy,
	"ConditionalRequestConflict": busy, "NoSuchUpload": busy,
	// Azure
	"AuthenticationFailed": badCredentials, "InvalidAuthenticationInfo": badCredentials, "NoAuthenticationInformation": badCredentials,
	"AuthorizationFailure": denied, "AuthorizationPermissionMismatch": denied, "InsufficientAccountPermissions": denied,
	"AuthorizationProtocolMismatch": denied, "AuthorizationSourceIPMismatch": denied, "AuthorizationServiceMismatch": denied,
	"AuthorizationResourceTypeMismatch": denied, "AccountIsDisabled": denied, "PublicAccessNotPermitted": denied,
	"ContainerNotFound": noBucket, "ContainerDisabled": noBucket, "ContainerBeingDeleted": busy, "BlobNotFound": noObject,
	"ServerBusy": busy, "OperationTimedOut": busy, "InternalError": busy, "UnsupportedHeader": unsupported, "AccountBeingCreated": busy,
	// Google
	"forbidden": denied, "insufficientPermissions": denied, "accountDisabled": denied, "userProjectMissing": denied,
	"authError": badCredentials, "required": badCredentials, "rateLimitExceeded": busy, "userRateLimitExceeded": busy, "backendError": busy,
}

// refusal says which refusal an answer is: by its code, else by its status.
func (a answer) refusal() refusal {
	if a.page && a.status < http.StatusInternalServerError { // a gateway before a store that is down may answer with a page, too
		return notAStore
	}
	if a.status == http.StatusNotFound && strings.Contains(a.message, "bucket does not exist") { // the only sign that Google gives
		return noBucket
	}
	if kind, known := refusals[a.code]; known {
		return kind
	}
	switch a.status {
	case http.StatusUnauthorized:
		return badCredentials
	case http.StatusForbidden:
		return denied
	case http.StatusNotFound:
		if a.code == "" && a.message == "" {
			return notByAStore
		}
		return noObject
	case http.StatusMovedPermanently, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return otherRegion
	case http.StatusFound, http.StatusSeeOther: // no store redirects a browser
		return notAStore
	case http.StatusNotImplemented, http.StatusMethodNotAllowed:
		return unsupported
	case http.StatusInsufficientStorage:
		return full
	case http.StatusTooManyRequests, http.StatusServiceUnavailable, http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusInternalServerError:
		return busy
	}
	return unexplained
}

// vocabulary is how one kind of store names the subject of a refusal.
type vocabulary struct {
	rights      string // the permissions that the credentials need
	credentials string // where they come from
	region      string // what to change when the bucket is elsewhere
}

var vocabularies = map[string]vocabulary{
	kindS3: {
		rights:      "s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket",
		credentials: "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the profile or role of this machine",
		region:      "set region= in the storage to the bucket's region, and endpoint= to where the bucket is",
	},
	kindAzure: {
		rights:      "the role Storage Blob Data Contributor, and check the network rules of the account",
		credentials: "AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN (which may have ended), and this machine's clock",
		region:      "check storage_account= and domain= in the storage",
	},
	kindGoogle: {
		rights:      "the role Storage Object User (roles/storage.objectUser)",
		credentials: "GOOGLE_APPLICATION_CREDENTIALS, or the service account of this machine",
		region:      "check the name of the bucket",
	},
}

// advice says what a refusal of a kind of store means and what to change; empty when nothing is known but the store's code.
func (a answer) advice(kind string) string {
	words := vocabularies[kind]
	switch a.refusal() {
	case denied:
		return "the credentials may not do that; give them " + cmp.Or(words.rights, "read and write access")
	case badCredentials:
		return "the store does not accept the credentials; check " + cmp.Or(words.credentials, "them")
	case clockSkew:
		return "this machine's clock differs too much from the store's; set the clock"
	case otherRegion:
		return "the bucket is elsewhere; " + cmp.Or(words.region, "check its address")
	case noBucket:
		return "there is no such bucket; check storage"
	case unsupported:
		return unsupportedAdvice(kind)
	case full:
		return "the store is full; make room in it or set another storage"
	case busy:
		return "the store is busy or away; if it lasts, check the store and the network to it"
	case notByAStore:
		return "every store says what is not there, so something else may answer in its place; check the address of the storage, " +
			"HTTPS_PROXY and NO_PROXY"
	case noObject, notAStore, unexplained:
	}
	return a.message
}

func unsupportedAdvice(kind string) string {
	const needs = "the store does not know what Longhaul needs: writing an object only if it is absent (If-None-Match: *)"
	if kind == kindS3 {
		return needs + ", and checksums; where it only lacks the checksums, add request_checksum_calculation=when_required to the storage"
	}
	return needs
}
