package org

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/place"
)

// Ids of rows that others refer to.
const (
	idLogin  = "login"
	idScopes = "scopes"
	idAPI    = "api"
)

// stopped is the reason why nothing but login and first call was asked; nil when all was.
func (f *facts) stopped() error {
	switch {
	case f.login != nil:
		return f.login
	case f.rights.err != nil && !f.unreadable():
		return f.rights.err
	}
	return nil
}

// unreadable reports whether the API answers and the user may not read its own permissions.
func (f *facts) unreadable() bool {
	return fault.Is(f.rights.err, fault.PermissionMissing) && !isWhole(f.rights.err)
}

// loginFailed is why nothing was asked where Salesforce did not let the user in.
const loginFailed = "the login failed"

// because says why a question was not asked; empty when it could be.
func (f *facts) because() string {
	switch {
	case fault.From(f.login) != nil && fault.From(f.login).System == fault.Bucket:
		return "no login without the bucket, which counts them"
	case f.login != nil:
		return loginFailed
	case f.stopped() == nil:
		return ""
	case fault.Is(f.stopped(), fault.QuotaExhausted):
		return "the org has used up its daily API requests"
	case fault.Is(f.stopped(), fault.Throttled):
		return "Salesforce asks for fewer requests at this moment"
	}
	return "the API refuses this user, or does not answer"
}

const passwordOnly = `"auth: password" works with an older connected app only: External Client Apps do not support it, and connected apps can no ` +
	"longer be made"

func (f account) loginRow() doctor.Finding {
	r := about(idLogin, "Login to Salesforce")
	switch {
	case f.login != nil:
		failed := r.fail(f.login, "no sync can start")
		if e, ok := errors.AsType[*salesforce.Error](f.login); ok && f.Connect != nil && e.Setting() != "" {
			failed.Fix += ": " + f.Connect(e.Setting())
		}
		if f.Auth == salesforce.AuthPassword && failed.Class == fault.LoginRefused {
			failed.Fix += "; " + passwordOnly
		}
		if failed.Where == place.RunAs {
			_, failed.Where = f.anotherUser()
		}
		return failed
	case f.Auth == salesforce.AuthPassword:
		return r.warn("logged in with username and password; "+passwordOnly,
			"a sync loses nothing yet; Salesforce has deprecated this way to log in and can be set to refuse it",
			"make an External Client App with the Client Credentials Flow, and set auth to client_credentials", place.RunAs)
	}
	if f.Auth == salesforce.AuthJWTBearer {
		return r.pass("logged in with an assertion that the private key signed; the org answers at %s", f.identity.InstanceURL)
	}
	return r.pass("logged in with client id and secret; the org answers at %s", f.identity.InstanceURL)
}

// The scopes that the setup guide has administrators tick. A session without a person drops the last two.
var guideScopes = []string{"api", "lightning", "refresh_token", "offline_access"}

// unused is what the guide has administrators set and Longhaul does not need. The JWT Bearer Flow asks for one scope more.
func (f *facts) unused() string {
	offline := `"Perform requests at any time (refresh_token, offline_access)", `
	if f.Auth == salesforce.AuthJWTBearer {
		offline = ""
	}
	return `of what the guide sets, Longhaul does not need "Access Lightning applications (lightning)", ` + offline +
		`"Enable Device Flow" and the Callback URL`
}

func (f account) scopesRow() doctor.Finding {
	r := about(idScopes, "OAuth scopes of the app")
	if f.login != nil {
		return r.skip(f.because())
	}
	scopes := strings.Fields(f.scope)
	if len(scopes) == 0 {
		return r.pass("Salesforce does not say which scopes the session has; %s", f.unused())
	}
	if f.lacksScope() {
		failed := r.fail(f.rights.err, "no sync can read anything")
		failed.Found = fmt.Sprintf("the session has %q and not \"api\", so the REST API refuses it", f.scope)
		failed.Fix, failed.Where = `add the scope "Manage user data via APIs (api)" to the app`, place.Scopes
		return failed
	}
	more := slices.DeleteFunc(scopes, func(scope string) bool { return slices.Contains(guideScopes, scope) })
	if len(more) > 0 {
		return r.warn(fmt.Sprintf("the session has %q, and the guide does not ask for %q", f.scope, strings.Join(more, " ")),
			"a sync loses nothing; a token that is lost can do more than read reports",
			"remove the scopes that the guide does not name; "+f.unused(), place.Scopes)
	}
	passed := r.pass("the session has %q; %s", f.scope, f.unused())
	passed.Where = place.Scopes
	return passed
}

// lacksScope reports whether the API refuses the session, whose scopes do not have it.
func (f *facts) lacksScope() bool {
	scopes := strings.Fields(f.scope)
	return fault.Is(f.rights.err, fault.SessionPolicy) && len(scopes) > 0 && !slices.Contains(scopes, "api") && !slices.Contains(scopes, "full")
}

func (f account) apiRow() doctor.Finding {
	r := about(idAPI, "API access (API Enabled)")
	switch {
	case f.login != nil:
		return r.skip(f.because())
	case f.lacksScope():
		return r.skip(`the app lacks the scope "api"`)
	case fault.Is(f.stopped(), fault.QuotaExhausted):
		return r.skip(f.because())
	case fault.Is(f.stopped(), fault.Throttled): // a sync sends fewer requests and goes on
		return r.unanswered(f.stopped(), "what the run-as user may and sees is not known")
	case fault.Is(f.stopped(), fault.Transient): // nobody has refused anything
		r.Title = "Answer of the host to API calls"
		return r.fail(f.stopped(), "no sync can read anything, and a running one waits")
	case f.stopped() != nil:
		return r.fail(f.stopped(), "no sync can read anything")
	}
	return r.pass("the REST API answers this user in version %s", f.Client.APIVersion())
}
