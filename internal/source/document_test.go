package source

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
)

// TestDocument_withAKey is for a login without a shared secret. Nothing that prints it shows the key.
func TestDocument_withAKey(t *testing.T) {
	t.Parallel()
	key, pem := answertest.Key()
	d := Document{BaseURL: "acme.my.salesforce.com", ClientID: "c", Username: "u@x", PrivateKey: pem, Audience: "https://test.salesforce.com"}
	text, err := d.Text()
	if err != nil {
		t.Fatal(err)
	}
	from := Source{Name: "acme", Salesforce: Salesforce{Auth: JWTBearer, Credentials: Given("the document", text)}}
	login, err := from.SalesforceCredentials(t.Context())
	if err != nil || login.Username != "u@x" || login.Audience != d.Audience || login.ClientSecret != "" || !login.PrivateKey.Equal(key) {
		t.Errorf("got %v", err)
	}
	for _, v := range from.Values() {
		if _, err := v.Check(t.Context(), from); err != nil || v.Setting != "credentials" {
			t.Errorf("%s: %v", v.Setting, err)
		}
	}
	read, err := ReadDocument(t.Context(), "acme", Given("it", text))
	if err != nil || read.Auth() != JWTBearer {
		t.Errorf("got %v", err)
	}
	shown, err := json.Marshal([]any{read, login, from})
	if all := fmt.Sprintf("%+v %#v %s", read, read, shown); err != nil || strings.Contains(all, "BEGIN") {
		t.Errorf("it shows %s, %v", all, err)
	}
	from.Salesforce.Auth = ClientCredentials
	if _, err := from.SalesforceCredentials(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "are for auth: jwt_bearer") {
		t.Errorf("for another login: %v", err)
	}
}

func TestDocument_withAKeyThatLacksSomething(t *testing.T) {
	t.Parallel()
	for text, says := range map[string]string{
		`{"baseUrl":"b","clientId":"c","username":"u"}`:                        `f lacks privateKey: it must hold {"baseUrl", "clientId", "username", "privateKey"}`,
		`{"baseUrl":"b","clientId":"c","username":"u","privateKey":"hunter2"}`: "f: privateKey is no private key in PEM form",
		`{"baseUrl":"b","clientId":"c","audience":"x"}`:                        "f lacks username and privateKey",
	} {
		_, err := parseDocument("f", []byte(text))
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: got %v", text, err)
		}
	}
}
