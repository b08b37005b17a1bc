package login

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestParseIdentity(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "https://login.salesforce.com", "https://h/id/00Dxx0000001gPLEAY", "https://h/id/x/005xx000001SwiUAAS",
		"https://h/id/00Dxx0000001gPLEAY/y", "https://h/no/00Dxx0000001gPLEAY/005xx000001SwiUAAS", "%zz",
	} {
		if _, _, err := parseIdentity(bad); err == nil {
			t.Errorf("%q passes for an identity", bad)
		}
	}
	org, user, err := parseIdentity("https://login.salesforce.com/id/00Dxx0000001gPL/005xx000001SwiUAAS")
	if err != nil || org != "00Dxx0000001gPLEAY" || user != "005xx000001SwiUAAS" {
		t.Errorf("got %s, %s, %v", org, user, err)
	}
}

func TestToken_neverPrints(t *testing.T) {
	t.Parallel()
	token := Token{Value: "leaked", Secrets: []string{"leaked"}}
	holder := struct {
		Direct  Token
		Pointer *Token
	}{token, &token}
	var texts []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		texts = append(texts, fmt.Sprintf(verb, token), fmt.Sprintf(verb, &token), fmt.Sprintf(verb, holder))
	}
	inJSON, err := json.Marshal(holder)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range append(texts, string(inJSON)) {
		if strings.Contains(text, "leaked") || strings.Contains(text, fmt.Sprintf("%x", "leaked")) {
			t.Errorf("a token prints as %s", text)
		}
	}
}
