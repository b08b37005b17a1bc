package salesforce

import (
	"context"
	"regexp"
	"slices"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/exchange"
	"longhaul/internal/salesforce/origin"
)

// Defaults of a client.
const (
	DefaultAPIVersion  = "59.0"
	DefaultTimeout     = time.Minute
	DefaultAttempts    = 3
	defaultMaxInFlight = 24
)

// Config says where and how to read.
type Config struct {
	BaseURL     string                                     // as the user writes it
	Auth        Auth                                       // AuthClientCredentials when empty
	Credentials func(context.Context) (Credentials, error) // resolved again at every login
	APIVersion  string                                     // DefaultAPIVersion when empty
	CAFile      string                                     // extra roots, added to the system's
	MaxInFlight int                                        // sizes the connection pool
	UserAgent   string
	Logger      *zap.Logger   // may be nil
	Slots       LoginSlots    // bounds the logins; nil is no bound, as in tests whose tokens last a moment
	Timeout     time.Duration // of one try, DefaultTimeout when zero
	Attempts    int           // tries of one request, DefaultAttempts when zero

	// Observed, unless it is nil, is told of each try of a request, by one of Routes.
	Observed func(route string, took time.Duration, err error)
}

// RouteLogin is the route of logins.
const RouteLogin = exchange.RouteLogin

// Routes are those of a client's requests.
var Routes = []string{
	exchange.RouteLogin, exchange.RouteQuery, exchange.RouteQueryMore, exchange.RouteDescribe, exchange.RouteLimits, exchange.RouteMetadata,
	exchange.RouteOther,
}

var apiVersion = regexp.MustCompile(`^v?(\d{2,3}\.0)$`)

func (cfg *Config) setDefaults(base origin.Origin) error {
	if cfg.Auth == "" {
		cfg.Auth = AuthClientCredentials
	}
	if !slices.Contains([]Auth{AuthClientCredentials, AuthJWTBearer, AuthPassword}, cfg.Auth) {
		return fault.Invalidf("auth must be client_credentials, jwt_bearer or password")
	}
	if host := base.Name(); cfg.Auth == AuthClientCredentials && origin.IsFrontDoor(host) { // which knows no client credentials
		return fault.Invalidf("%s takes no client credentials: set base_url to the org's My Domain, such as acme.my.salesforce.com "+
			"(in Setup, under My Domain)", host)
	}
	if cfg.Credentials == nil {
		return fault.Invalidf("the login for Salesforce is not set")
	}
	if cfg.APIVersion == "" {
		cfg.APIVersion = DefaultAPIVersion
	}
	version := apiVersion.FindStringSubmatch(cfg.APIVersion)
	if version == nil {
		return fault.Invalidf("api_version must look like %s", DefaultAPIVersion)
	}
	cfg.APIVersion = version[1]
	if cfg.Timeout <= 0 {
		cfg.Timeout = DefaultTimeout
	}
	if cfg.Attempts <= 0 {
		cfg.Attempts = DefaultAttempts
	}
	if cfg.UserAgent == "" {
		cfg.UserAgent = "longhaul"
	}
	if cfg.Logger == nil {
		cfg.Logger = zap.NewNop()
	}
	return nil
}
