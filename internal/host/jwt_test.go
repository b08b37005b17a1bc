package host

import (
	"strings"
	"testing"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/saved"
	"longhaul/internal/source"
)

// A key in the place of a client secret makes new clients. A step that has the former ones does not log in by them: its next attempt gets the
// new ones.
func TestSource_changesItsClientsWithTheWayToLogIn(t *testing.T) {
	t.Parallel()
	h, store, _ := connecting(t)
	_, pem := answertest.Key()
	byKey := saved.Salesforce{BaseURL: "acme.my.salesforce.com", Auth: string(source.JWTBearer), ClientID: "3MVG9", Username: "u@x", PrivateKey: pem}
	save := func() {
		version, err := store.Propose(t.Context(), saved.Document{Source: "acme", Salesforce: byKey}, byKey.BaseURL)
		if err == nil {
			err = store.Promote(t.Context(), "acme", version)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	connect(t, store, "acme", byKey.BaseURL)
	use := func() func() error {
		t.Helper()
		err := h.roster.Look(t.Context(), true)
		if err != nil {
			t.Fatal(err)
		}
		ready, err := h.sources.Source(t.Context(), "acme")
		if err != nil {
			t.Fatal(err)
		}
		return func() error { _, err := ready.Salesforce.Login(t.Context()); return err }
	}
	bySecret := use()
	save()
	if err := bySecret(); !fault.Is(err, fault.Transient) || !strings.Contains(err.Error(), "with another way to log in") {
		t.Errorf("a login by the former way: %v", err)
	}
	use()
	member, err := h.roster.Get("acme")
	if err != nil || member.Salesforce.Auth != source.JWTBearer {
		t.Fatalf("%v, %v", member, err)
	}
	if login, err := member.SalesforceCredentials(t.Context()); err != nil || login.Username != "u@x" || login.PrivateKey == nil {
		t.Errorf("got %v", err)
	}
	before, err := h.sources.Source(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	byKey.Username = "another@x" // the same org and app
	save()
	use()
	if after, err := h.sources.Source(t.Context(), "acme"); err != nil || after.Salesforce != before.Salesforce {
		t.Errorf("another user has another client, %v", err)
	}
}
