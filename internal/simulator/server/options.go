package server

import (
	"cmp"
	"crypto/rsa"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/faults"
	"longhaul/internal/simulator/limits"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
)

// Options say what to simulate. The zero value is a small org on free ports of 127.0.0.1.
type Options struct {
	SalesforceAddr, CatalogAddr string // host:port, loopback only
	TLSDir                      string // serve TLS, and write ca.pem there
	TempDir                     string // where the catalog's folder of uploads is made; the system's when empty

	Org              org.Org // when nil, one is generated from the next four
	Reports, Columns int     // 100 and 10 when zero
	Seed             int64
	TypeMetadata     int // bytes of the metadata of a report type; 40,000 when zero

	IDOrder    soql.Order    // binary when empty
	Latency    time.Duration // of every Salesforce call
	DailyLimit int           // API calls in 24 hours; 5,000,000 when zero
	LongCalls  int           // API calls at once that have lasted for 20 s; 25 when zero
	Logins     int           // that the user may make in an hour; 3,600 when zero
	TokenTTL   time.Duration // 2 hours when zero
	PageSize   int           // most records of a query page; 2,000 when zero
	MaxUpload  int64         // bytes the catalog takes in one file; 8 GiB when zero

	// The run-as user has what the set-up guide gives, API Enabled and View All Users, as a careful administrator would give it.
	Revoked []string // of these user permissions, those that it lacks, without the prefix Permissions
	Granted []string // further ones that it has, such as CustomizeApplication
	Hidden  []string // fields that the org lacks, as Object.Field
	Scopes  []string // of the app; api when empty
	// Certificate is the public key of the certificate that the app has for logins by JWT; nil for none.
	Certificate *rsa.PublicKey
	StepUp      bool // analytics demands a high-assurance session

	// CountsReports makes the record counts list reports and dashboards. Whether Salesforce's do is not known.
	CountsReports bool

	SecondInstance bool // logins are served at one host, and tokens are good at another: the instance_url

	Faults        []Fault // that requests meet from the start
	OthersPerHour int     // API calls that others make steadily, by the simulator's clock

	NoLimitInfo          bool // no answer has the header Sforce-Limit-Info
	NoAnalyticsLimitInfo bool // those of the Analytics API have not

	Secrets Secrets     // what is empty is made up at random
	Clock   clock.Clock // the system's when nil; the simulator's own can be moved ahead of it
}

// Ready says where the servers are and how to log in.
type Ready struct {
	Salesforce string `json:"salesforce"`
	Catalog    string `json:"catalog"`
	Secrets
}

func (o Options) withDefaults() (Options, error) {
	o.SalesforceAddr = cmp.Or(o.SalesforceAddr, "127.0.0.1:0")
	o.CatalogAddr = cmp.Or(o.CatalogAddr, "127.0.0.1:0")
	o.Reports = cmp.Or(o.Reports, 100)
	o.Columns = cmp.Or(o.Columns, 10)
	o.TypeMetadata = cmp.Or(o.TypeMetadata, 40_000)
	o.IDOrder = cmp.Or(o.IDOrder, soql.Binary)
	o.DailyLimit = cmp.Or(o.DailyLimit, 5_000_000)
	o.LongCalls = cmp.Or(o.LongCalls, 25)
	o.Logins = cmp.Or(o.Logins, 3600)
	o.TokenTTL = cmp.Or(o.TokenTTL, 2*time.Hour)
	o.PageSize = cmp.Or(o.PageSize, 2000)
	o.MaxUpload = cmp.Or(o.MaxUpload, 8<<30)
	if o.Clock == nil {
		o.Clock = clock.System{}
	}
	if err := o.check(); err != nil {
		return o, err
	}
	if err := o.Secrets.fill(); err != nil {
		return o, err
	}
	if o.Org == nil {
		o.Org = org.Generate(org.Spec{Reports: o.Reports, Columns: o.Columns, Seed: o.Seed, TypeMetadata: o.TypeMetadata})
	}
	return o, nil
}

func (o *Options) check() error {
	if o.IDOrder != soql.Binary && o.IDOrder != soql.IgnoreCase {
		return fmt.Errorf("the id order is %q; it may be %s or %s", o.IDOrder, soql.Binary, soql.IgnoreCase)
	}
	if o.Reports < 0 || o.Columns < 0 || o.TypeMetadata < 0 || o.Latency < 0 || o.TokenTTL < 0 || o.PageSize < 0 ||
		min(o.DailyLimit, o.LongCalls, o.Logins) < 0 {
		return errors.New("sizes, times and limits may not be negative")
	}
	if o.OthersPerHour < 0 || o.OthersPerHour > limits.MaxCalls {
		return fmt.Errorf("the calls of others in an hour are %d; they are 0 to %d", o.OthersPerHour, limits.MaxCalls)
	}
	return faults.Check(o.Faults)
}
