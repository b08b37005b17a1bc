package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net"
	"time"

	"github.com/google/uuid"

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

	Revoked []string // user permissions that the run-as user lacks, without the prefix Permissions
	Hidden  []string // fields that the org lacks, as Object.Field
	StepUp  bool     // analytics demands a high-assurance session

	SecondInstance bool // logins are served at one host, and tokens are good at another: the instance_url

	Faults        []Fault // that requests meet from the start
	OthersPerHour int     // API calls that others make steadily, by the simulator's clock

	NoLimitInfo          bool // no answer has the header Sforce-Limit-Info
	NoAnalyticsLimitInfo bool // those of the Analytics API have not

	Secrets Secrets // what is empty is made up at random
	Clock   Clock   // the system's when nil; the simulator's own can be moved ahead of it
}

// Secrets are what clients log in with.
type Secrets struct {
	ClientID      string `json:"client_id"`
	ClientSecret  string `json:"client_secret"`
	Username      string `json:"username"`
	Password      string `json:"password"`
	SecurityToken string `json:"security_token"`
	SourceID      string `json:"source_id"`
	CatalogToken  string `json:"catalog_token"`
}

// Ready tells where the servers are and how to log in.
type Ready struct {
	Salesforce string `json:"salesforce"`
	Catalog    string `json:"catalog"`
	Secrets
}

func (o Options) withDefaults() (Options, error) {
	fallback(&o.SalesforceAddr, "127.0.0.1:0")
	fallback(&o.CatalogAddr, "127.0.0.1:0")
	fallback(&o.Reports, 100)
	fallback(&o.Columns, 10)
	fallback(&o.TypeMetadata, 40_000)
	fallback(&o.IDOrder, soql.Binary)
	fallback(&o.DailyLimit, 5_000_000)
	fallback(&o.LongCalls, 25)
	fallback(&o.Logins, 3600)
	fallback(&o.TokenTTL, 2*time.Hour)
	fallback(&o.PageSize, 2000)
	fallback(&o.MaxUpload, 8<<30)
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.IDOrder != soql.Binary && o.IDOrder != soql.IgnoreCase {
		return o, fmt.Errorf("the id order is %q; it may be %s or %s", o.IDOrder, soql.Binary, soql.IgnoreCase)
	}
	if o.Reports < 0 || o.Columns < 0 || o.TypeMetadata < 0 || o.Latency < 0 || o.TokenTTL < 0 || o.PageSize < 0 ||
		min(o.DailyLimit, o.LongCalls, o.Logins) < 0 {
		return o, errors.New("sizes, times and limits may not be negative")
	}
	if o.OthersPerHour < 0 || o.OthersPerHour > mostCalls {
		return o, fmt.Errorf("the calls of others in an hour are %d; they are 0 to %d", o.OthersPerHour, mostCalls)
	}
	if err := checkFaults(o.Faults); err != nil {
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

func fallback[T comparable](value *T, standard T) {
	var zero T
	if *value == zero {
		*value = standard
	}
}

func (s *Secrets) fill() error {
	for _, secret := range []struct {
		value  *string
		prefix string
		length int
	}{
		{&s.ClientID, "3MVG9", 80},
		{&s.ClientSecret, "", 64},
		{&s.Password, "Pw-", 20},
		{&s.SecurityToken, "", 24},
		{&s.CatalogToken, "", 40},
	} {
		if *secret.value != "" {
			continue
		}
		text, err := randomText(secret.length)
		if err != nil {
			return err
		}
		*secret.value = secret.prefix + text
	}
	fallback(&s.Username, "catalog.bot@simulated-org.invalid")
	if s.SourceID == "" {
		id, err := uuid.NewRandom()
		if err != nil {
			return fmt.Errorf("making a source id: %w", err)
		}
		s.SourceID = id.String()
	}
	return nil
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func randomText(length int) (string, error) {
	out := make([]byte, length)
	for i := range out {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(letters))))
		if err != nil {
			return "", fmt.Errorf("making a secret: %w", err)
		}
		out[i] = letters[n.Int64()]
	}
	return string(out), nil
}

// listen opens a loopback address and refuses any other: the simulator is no server for a network.
func listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the address %q is not of the form host:port: %w", address, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("the simulator listens on loopback addresses only; write 127.0.0.1 instead of %q", host)
	}
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	return listener, nil
}
