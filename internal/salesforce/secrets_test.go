package salesforce

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"longhaul/internal/fault"
)

// The org sends every value of the login, and the token, back in all its refusals. None of them may stand in an error or in the log.
func TestClient_neverRepeatsSecrets(t *testing.T) {
	t.Parallel()
	secrets := []string{
		testCredentials.ClientID, testCredentials.ClientSecret, testCredentials.Username, testCredentials.Password, testCredentials.SecurityToken,
		testCredentials.Password + testCredentials.SecurityToken, testOrg + "!AQleaked.token1",
	}
	echo := strings.Join(secrets, " and ")
	var bodies []string
	for _, shape := range []string{
		`[{"message":%q,"errorCode":"SOME_CODE"}]`, `{"error":"invalid_grant","error_description":%q}`, `{"error":%q}`,
		`[{"message":"ok","errorCode":%q}]`, "<html>%q</html>", "%q",
	} {
		bodies = append(bodies, fmt.Sprintf(shape, echo))
	}
	for _, auth := range []Auth{AuthClientCredentials, AuthPassword} {
		for _, status := range []int{200, 302, 400, 401, 403, 404, 500} {
			for _, body := range bodies {
				synctest.Test(t, func(t *testing.T) { searchErrors(t, auth, status, body) })
			}
		}
	}
}

func searchErrors(t *testing.T, auth Auth, status int, body string) {
	logger, logs := observed()
	answer := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Location", "https://"+testCredentials.ClientSecret+"@evil.example/?"+testCredentials.Password)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
	org := &fakeOrg{handle: answer}
	refusing := &fakeOrg{refuse: answer}
	var found []error
	for _, o := range []*fakeOrg{org, refusing} {
		client := inside(t, inProcess(o), func(c *Config) { c.Auth, c.Logger = auth, logger })
		_, err := client.Login(t.Context())
		found = append(found, err)
		_, err = client.DescribeReport(t.Context(), "00Oxx0000004abcEAA")
		found = append(found, err)
		_, err = client.Organization(t.Context())
		found = append(found, err)
		_, err = client.Permissions(t.Context())
		found = append(found, err)
		_, _, err = client.Usage(t.Context())
		found = append(found, err, fmt.Errorf("%+v", client))
	}
	for _, err := range found {
		if err == nil {
			continue
		}
		text := fmt.Sprintf("%v %+v %#v", err, err, fault.From(err))
		if f := fault.From(err); f != nil {
			text += f.Error()
		}
		if strings.Contains(text, "leaked") {
			t.Errorf("%s, status %d, body %s: a secret stands in %s", auth, status, body, text)
		}
	}
	for _, entry := range logs.All() {
		if line := fmt.Sprint(entry.Message, entry.ContextMap()); strings.Contains(line, "leaked") {
			t.Errorf("a secret stands in the log: %s", line)
		}
	}
}

// The org sends a password back encoded for a form, an address or a page, and put on one line.
func TestClient_neverRepeatsWhatASecretBecameOnItsWay(t *testing.T) {
	t.Parallel()
	secret := "&\u2019leaked  pass/w@rd+1"
	for name, form := range map[string]string{
		"as it is": secret, "on one line": "&'leaked pass/w@rd+1", "of a form": url.QueryEscape(secret), "of an address": url.PathEscape(secret),
		"of a page": html.EscapeString(secret),
	} {
		for _, body := range []string{
			`{"error":"invalid_grant","error_description":"blocked: password=` + form + `"}`,
			"<html><head><title>" + strings.Repeat("-", 60) + " blocked: " + form + "</title></head></html>",
		} {
			synctest.Test(t, func(t *testing.T) {
				client := inside(t, inProcess(&fakeOrg{refuse: func(w http.ResponseWriter, _ *http.Request) {
					w.WriteHeader(http.StatusForbidden)
					_, _ = io.WriteString(w, body)
				}}), func(c *Config) {
					c.Auth = AuthPassword
					c.Credentials = func(context.Context) (Credentials, error) {
						given := testCredentials
						given.Password = secret
						return given, nil
					}
				})
				_, err := client.Login(t.Context())
				if err == nil || !strings.Contains(err.Error(), "blocked") || strings.Contains(err.Error(), "leaked") {
					t.Errorf("%s: it says %v", name, err)
				}
			})
		}
	}
}
