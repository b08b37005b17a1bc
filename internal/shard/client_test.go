package shard

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"longhaul/internal/salesforce"
)

// clientOf makes a client of an org whose answers to everything but logins handle gives; call counts them from 1.
func clientOf(t *testing.T, handle func(w http.ResponseWriter, r *http.Request, call int64)) *salesforce.Client {
	t.Helper()
	return clientOfLogin(t, func(http.ResponseWriter, *http.Request) bool { return false }, handle)
}

// clientOfLogin is clientOf where login may answer logins in place of a token.
func clientOfLogin(
	t *testing.T, login func(w http.ResponseWriter, r *http.Request) bool, handle func(w http.ResponseWriter, r *http.Request, call int64),
) *salesforce.Client {
	t.Helper()
	var calls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path != "/services/oauth2/token":
			handle(w, r, calls.Add(1))
		case !login(w, r):
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, `{"access_token":"a","token_type":"Bearer","id":"https://h/id/00D5g000004AbcdEAC/0055g00000AbCdEAAV"}`)
		}
	}))
	t.Cleanup(server.Close)
	client, err := salesforce.New(salesforce.Config{BaseURL: server.URL, Credentials: func(context.Context) (salesforce.Credentials, error) {
		return salesforce.Credentials{ClientID: "id", ClientSecret: "secret"}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}
