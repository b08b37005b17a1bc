package source

import (
	"fmt"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

// A mistake of copying, quoting or an editor is named as such, from wherever the secret comes, and never ends as a refused login.
func TestSalesforceCredentials_saysWhatCopyingDidToASecret(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ secret, says string }{
		"quotes of a .env file":  {`"s3cret"`, "begins and ends with a quote: leave the quotes out"},
		"single quotes":          {`'s3cret'`, "begins and ends with a quote"},
		"quotes of an office":    {"“s3cret”", "begins and ends with a quote"},
		"half a pair":            {`"s3cret`, "begins with a quote"},
		"the other half":         {`s3cret'`, "ends with a quote"},
		"a space behind it":      {"s3cret ", "holds a space"},
		"a space inside":         {"s3 cret", "holds a space"},
		"two lines":              {"s3\ncret", "holds a line break"},
		"a comment below it":     {"s3cret\r\n# of June\n", "holds a line break"},
		"a tab":                  {"\ts3cret", "holds a tab"},
		"a zero":                 {"s3\x00cret", "holds a control character"},
		"a non-breaking space":   {"s3cret\u00a0", "holds a non-breaking space"},
		"a zero-width space":     {"s3\u200bcret", "holds a zero-width character"},
		"a second mark":          {"s3\ufeffcret", "holds a zero-width character"},
		"a long dash":            {"s3–cret", "holds a character outside ASCII"},
		"Latin-1":                {"s3cr\xe9t", "holds bytes that are no text"},
		"a reference":            {"env:ACME_SECRET", "is a reference"},
		"a reference to a file":  {"file:/run/secrets/x", "is a reference"},
		"a variable left as is":  {"${ACME_SECRET}", "is a placeholder"},
		"one of Windows":         {"%ACME_SECRET%", "is a placeholder"},
		"one of a documentation": {"<client secret>", "is a placeholder"},
		"a whole document":       {`{"clientSecret": "s3cret"}`, "is a JSON document"},
		"spaces alone":           {"   ", "holds a space"},
		"line ends alone":        {"\r\n", "is empty"},
	} {
		for way, secret := range waysOf(t, row.secret) {
			s := Source{Name: "acme", Salesforce: Salesforce{BaseURL: "b", ClientID: "c", ClientSecret: secret}}
			_, err := s.SalesforceCredentials(t.Context())
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), `client_secret of source "acme"`) || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s, %s: got %v, want that it %s", name, way, err, row.says)
				continue
			}
			if strings.Contains(err.Error(), "s3") {
				t.Errorf("%s, %s: the secret shows in %v", name, way, err)
			}
			s.Exports = castorWith(secret)
			if _, err := s.ExportSecret(t.Context(), "castor", "token"); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%s, %s, as a token: got %v, want that it %s", name, way, err, row.says)
			}
		}
	}
}

// waysOf returns a secret from each place that secrets come from.
func waysOf(t *testing.T, value string) map[string]Secret {
	t.Helper()
	references := References{Lookup: fixed(map[string]string{"SECRET": value})}
	ways := map[string]Secret{"held": Held(value)}
	for _, reference := range []string{"env:SECRET", "file:" + write(t, "secret", value)} {
		secret, err := references.Parse(reference)
		if err != nil {
			t.Fatal(err)
		}
		ways[reference] = secret
	}
	return ways
}

func TestSecret_isTheSameByEveryWay(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"s3cret", "s3cret\n", "s3cret\r\n", "s3cret\r", "s3cret\n\n", "\xef\xbb\xbfs3cret\r\n"} {
		for way, secret := range waysOf(t, text) {
			if way == "held" && strings.HasPrefix(text, "\xef") {
				continue // a flag's mark is taken off where flags are read
			}
			wantValue(t, secret, "s3cret")
		}
	}
	utf16 := "s\x003\x00c\x00r\x00e\x00t\x00\r\x00\n\x00"
	for _, text := range []string{"\xff\xfe" + utf16, utf16} {
		secret, err := References{}.Parse("file:" + write(t, "secret", text))
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, secret, "s3cret")
	}
}

func TestPhrase_takesWhatAPersonCanType(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ password, doubt string }{
		{"s3cret", ""},
		{"correct horse battery staple", ""},
		{`a "quoted" word`, ""},
		{"pässwörd€", ""},
		{"half'", "ends with a quote"},
		{`"s3cret"`, "begins and ends with a quote"},
		{"s3cret ", "begins or ends with a space"},
		{"s3\u00a0cret", "holds a non-breaking space"},
		{"s3\u200bcret", "holds a zero-width character"},
		{"env:ACME_PASSWORD", "is a reference (env"},
		{"${ACME_PASSWORD}", "is a placeholder"},
	} {
		s := Source{Name: "acme", Salesforce: Salesforce{
			BaseURL: "b", Auth: Password, ClientID: "c", ClientSecret: Held("s"), Username: "u", Password: Held(row.password),
		}}
		got, err := s.SalesforceCredentials(t.Context())
		if err != nil || got.Password != row.password {
			t.Errorf("%q is refused: %v", row.password, err)
		}
		doubts := fmt.Sprint(s.Doubts(t.Context()))
		if (doubts != "[]") != (row.doubt != "") || !strings.Contains(doubts, row.doubt) {
			t.Errorf("%q: doubts %s, want %q", row.password, doubts, row.doubt)
		}
	}
	for _, password := range []string{"s3\tcret", "s3\ncret", "s3cr\xe9t", "s3\x00cret"} {
		if err := Phrase.Check(password); err == nil {
			t.Errorf("%q is taken", password)
		}
	}
}

// PowerShell and Notepad write UTF-16, with a mark or without.
func TestSalesforceCredentials_readsADocumentInUTF16(t *testing.T) {
	t.Parallel()
	text := `{"baseUrl":"acme.my.salesforce.com","clientId":"3MVG9","clientSecret":"s"}` + "\r\n"
	var little, big strings.Builder
	for _, b := range []byte(text) {
		little.Write([]byte{b, 0})
		big.Write([]byte{0, b})
	}
	for name, content := range map[string]string{
		"little": "\xff\xfe" + little.String(), "big": "\xfe\xff" + big.String(), "little, no mark": little.String(), "big, no mark": big.String(),
	} {
		secret, err := References{}.Parse("file:" + write(t, "acme.json", content))
		if err != nil {
			t.Fatal(err)
		}
		got, err := Source{Name: "acme", Salesforce: Salesforce{Credentials: secret}}.SalesforceCredentials(t.Context())
		if want := (Credentials{BaseURL: "acme.my.salesforce.com", ClientID: "3MVG9", ClientSecret: "s"}); err != nil || got != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestParseDocument_namesTheFieldThatWasCopiedBadly(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, want string }{
		{`{"baseUrl":"b","clientId":"c ","clientSecret":"s"}`, "f.json: clientId holds a space"},
		{`{"baseUrl":"b","clientId":"c","clientSecret":"'s'"}`, "f.json: clientSecret begins and ends with a quote"},
		{`{"baseUrl":"a b","clientId":"c","clientSecret":"s"}`, "f.json: baseUrl holds a space"},
		{`{"baseUrl":"b","clientId":"c","clientSecret":"s\n"}`, ""},
	} {
		_, err := parseDocument("f.json", []byte(row.text))
		if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.HasPrefix(err.Error(), row.want)) {
			t.Errorf("%s: got %v, want %q", row.text, err, row.want)
		}
	}
}

func TestParse_aFileURLIsWhole(t *testing.T) {
	t.Parallel()
	for reference, says := range map[string]string{
		"file://run/secrets/x": "file:///run/secrets/x", "file:~/secret": "only a shell", "file:a\rb": "control character",
	} {
		if _, err := (References{Dir: "/etc"}).Parse(reference); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: got %v, want that it speaks of %s", reference, err, says)
		}
	}
}
