package redact

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"typographic apostrophes become plain", "You don’t have “it”", `You don't have "it"`},
		{"lines become one", "SELECT X\n   ^\r\nERROR at Row:1", "SELECT X ^ ERROR at Row:1"},
		{"control characters go", "a\x1b[31mb\x00c\u202ed", "a[31mbcd"},
		{"broken UTF-8 is replaced", "a\xffb", "a?b"},
		{"a session id is hidden", "Session 00Dxx0000001gPL!AQcAQabc.def_ expired", "Session [hidden] expired"},
		{"a signed token is hidden", "token eyJhbGciOi.eyJzdWIi.c2ln seen", "token [hidden] seen"},
		{"a bearer header is hidden", "sent Bearer abcdefghijklmnopqrst", "sent [hidden]"},
		{"an e-mail address is hidden", "user ada.quinn+bot@acme.example unknown", "user [hidden] unknown"},
		{"a consumer key is hidden", "app 3MVG9lKcPoNINVBIPJjdw1J9LLM82HnFVVX19KY1uA5mu0 unknown", "app [hidden] unknown"},
		{"a long name stays", "PermissionsManageDashbdsInPubFoldersAndMore", "PermissionsManageDashbdsInPubFoldersAndMore"},
		{"an error id stays", "ErrorId 1335629781-1507 (-533229289)", "ErrorId 1335629781-1507 (-533229289)"},
		{"a value that is given is hidden", "wrong: opensesame!", "wrong: [hidden]!"},
	} {
		if got := Clean(row.text, LongestText, "opensesame", "a"); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
	if got := Clean(strings.Repeat("é ", 500), LongestText); utf8.RuneCountInString(got) > LongestText+1 || !utf8.ValidString(got) {
		t.Errorf("a long text is not shortened to %d characters: %d", LongestText, utf8.RuneCountInString(got))
	}
}

func TestUsername_keepsTheBeginnings(t *testing.T) {
	for name, want := range map[string]string{
		"catalog.bot@acme.com": "cat…@acme…", "coalesce.support.a4bb07276aff@agentforce.com": "coa…@agen…", "bob@x.example": "b…@x…",
		"jo@acme.com.dev1": "j…@acme…", "j@a": "j…@a…", "integration": "int…", "": "", "@acme.com": "…@acme…", "anna\n@acme.com": "ann…@acme…",
		"übermut@österreich.at": "übe…@öste…",
	} {
		if got := Username(name); got != want {
			t.Errorf("Username(%q) = %q, want %q", name, got, want)
		}
	}
}
