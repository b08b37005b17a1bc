package salesforce

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
	"longhaul/internal/salesforce/recordid"
)

func TestLogin_sendsItsParametersInTheBodyOnly(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		auth Auth
		want map[string][]string
	}{
		{"client credentials", AuthClientCredentials, map[string][]string{
			"grant_type": {"client_credentials"}, "client_id": {testCredentials.ClientID}, "client_secret": {testCredentials.ClientSecret},
		}},
		{"username and password", AuthPassword, map[string][]string{
			"grant_type": {"password"}, "client_id": {testCredentials.ClientID}, "client_secret": {testCredentials.ClientSecret},
			"username": {testCredentials.Username}, "password": {testCredentials.Password + testCredentials.SecurityToken},
		}},
	} {
		org := &fakeOrg{}
		var url string
		seen := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			url = r.URL.String()
			org.ServeHTTP(w, r)
		})
		client := connect(t, seen, func(c *Config) { c.Auth = row.auth })
		identity, err := client.Login(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(row.want, org.form); diff != "" {
			t.Errorf("%s: the body differs (-want +got):\n%s", row.name, diff)
		}
		if url != origin.TokenPath || org.lastReq.Get("Authorization") != "" || strings.Contains(fmt.Sprint(org.lastReq), "leaked") {
			t.Errorf("%s: parameters stand in the address %s or the headers %v", row.name, url, org.lastReq)
		}
		want := Identity{OrgID: "00D5g000004AbcdEAC", UserID: "0055g00000AbCdEAAV", InstanceURL: client.BaseURL()}
		want.OrgID, _ = recordid.Long(testOrg)
		want.UserID, _ = recordid.Long(testUser)
		if diff := cmp.Diff(want, identity); diff != "" {
			t.Errorf("%s: the identity differs (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestLogin_warnsOnceOfThePasswordFlow(t *testing.T) {
	t.Parallel()
	logger, logs := observed()
	org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":1,"done":true,"records":[]}`) }}
	client := connect(t, org, func(c *Config) { c.Auth, c.Logger = AuthPassword, logger })
	for range 3 {
		if _, err := Count(t.Context(), client); err != nil {
			t.Fatal(err)
		}
		org.expire()
	}
	if warnings := logs.FilterLevelExact(zap.WarnLevel).Len(); warnings != 1 || org.logins.Load() != 3 {
		t.Errorf("%d warnings after %d logins, want one", warnings, org.logins.Load())
	}
}

func TestLogin_readsInstanceAgainEachTime(t *testing.T) {
	t.Parallel()
	org := &fakeOrg{instance: "https://one.my.salesforce.com", handle: func(w http.ResponseWriter, r *http.Request) {
		writeJSON(w, `{"totalSize":`+map[string]string{"one.my.salesforce.com": "1", "two.my.salesforce.com": "2"}[r.URL.Host]+`,"done":true,"records":[]}`)
	}}
	client := inside(t, inProcess(org))
	for n, host := range []string{"one", "two"} {
		if n == 1 {
			org.instance = "https://two.my.salesforce.com/"
			org.expire()
		}
		if got, err := Count(t.Context(), client); err != nil || got != n+1 {
			t.Errorf("%s: %d, %v", host, got, err)
		}
		if want := "https://" + host + ".my.salesforce.com"; instanceOf(client) != want || client.BaseURL() != "https://acme.my.salesforce.com" {
			t.Errorf("the instance is %s, want %s", instanceOf(client), want)
		}
	}
}

func TestLogin_answersThatCannotBeUsed(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, kind, body string
		logins           int64
	}{
		{"a web page", "text/html", webPage, 3},
		{"no token", "application/json", `{"instance_url":"https://h"}`, 3},
		{"no identity", "application/json", `{"access_token":"x","instance_url":"https://h"}`, 3},
		{
			"an unprotected instance", "application/json",
			`{"access_token":"x","instance_url":"http://h","id":"https://h/id/00Dxx0000001gPLEAY/005xx000001SwiUAAS"}`, 3,
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := &fakeOrg{refuse: func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", row.kind)
				fmt.Fprint(w, row.body)
			}}
			_, err := inside(t, inProcess(org)).Login(t.Context())
			if !fault.Is(err, fault.Transient) || org.logins.Load() != row.logins {
				t.Errorf("%s: %v after %d logins", row.name, err, org.logins.Load())
			}
		})
	}
}

func TestLogin_isNotRepeatedByEachRequestLayer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := &fakeOrg{refuse: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }}
		_, err := Count(t.Context(), inside(t, inProcess(org)))
		if e := mustError(t, err); e.Op != apierror.OpLogin || org.logins.Load() != DefaultAttempts {
			t.Errorf("%d tries to log in, want %d: %v", org.logins.Load(), DefaultAttempts, err)
		}
	})
}

func TestLogin_needsCredentials(t *testing.T) {
	t.Parallel()
	gone := errors.New("the file is gone")
	for _, row := range []struct {
		name, says string
		auth       Auth
		give       func(context.Context) (Credentials, error)
	}{
		{"no client id", "client_id", "", func(context.Context) (Credentials, error) { return Credentials{ClientSecret: "x"}, nil }},
		{"no secret", "client_secret", "", func(context.Context) (Credentials, error) { return Credentials{ClientID: "x"}, nil }},
		{"no user", "username", AuthPassword, func(context.Context) (Credentials, error) {
			return Credentials{ClientID: "x", ClientSecret: "x", Password: "x"}, nil
		}},
		{"no password", "password", AuthPassword, func(context.Context) (Credentials, error) {
			return Credentials{ClientID: "x", ClientSecret: "x", Username: "x"}, nil
		}},
		{"credentials that cannot be read", "the file is gone", "", func(context.Context) (Credentials, error) {
			return Credentials{}, fmt.Errorf("secret: %w", &fault.Error{Class: fault.Invalid, Message: "cannot read it", Err: gone})
		}},
	} {
		org := &fakeOrg{}
		client := connect(t, org, func(c *Config) { c.Auth, c.Credentials = row.auth, row.give })
		_, err := client.Login(t.Context())
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.says) || org.logins.Load() != 0 {
			t.Errorf("%s: %v after %d logins", row.name, err, org.logins.Load())
		}
	}
}

func TestCredentials_neverPrint(t *testing.T) {
	t.Parallel()
	holder := struct {
		Direct  Credentials
		Pointer *Credentials
	}{testCredentials, &testCredentials}
	var texts []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T%[1]v"} {
		texts = append(texts, fmt.Sprintf(verb, testCredentials), fmt.Sprintf(verb, &testCredentials), fmt.Sprintf(verb, holder))
	}
	inJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	texts = append(texts, string(inJSON), fmt.Sprint(map[string]Credentials{"a": testCredentials}))
	for _, text := range texts {
		if strings.Contains(text, "leaked") || strings.Contains(text, fmt.Sprintf("%x", "leaked")) {
			t.Errorf("credentials print as %s", text)
		}
	}
}

// A refusal in unknown words may end by itself; one in known words has to be fixed by an administrator.
func TestLogins_refusalsThatMayEndByThemselves(t *testing.T) {
	t.Parallel()
	for description, row := range map[string]struct {
		auth Auth
		want bool
	}{
		"user may not log in at this time":   {AuthClientCredentials, true},
		"no client credentials user enabled": {AuthClientCredentials, false},
		"ip restricted":                      {AuthClientCredentials, false},
		"authentication failure":             {AuthClientCredentials, false},
		"restricted time":                    {AuthPassword, false},
	} {
		org := &fakeOrg{refuse: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprintf(w, `{"error":"invalid_grant","error_description":%q}`, description)
		}}
		client := connect(t, org, func(c *Config) { c.Auth = row.auth })
		_, err := client.Login(t.Context())
		if e := mustError(t, err); e.Class != fault.LoginRefused || e.MayEndByItself() != row.want {
			t.Errorf("%s by %s: may end by itself: %t, %v", description, row.auth, e.MayEndByItself(), err)
		}
	}
}
