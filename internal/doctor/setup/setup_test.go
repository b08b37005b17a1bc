package setup_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/setup"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

const word = "sw0rdfish"

// sourceWith is a source whose client secret lies in a file with this content.
func sourceWith(t *testing.T, content string) source.Source {
	t.Helper()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	secret, err := source.References{}.Parse("file:" + file)
	if err != nil {
		t.Fatal(err)
	}
	return source.Source{Name: "acme", Salesforce: source.Salesforce{ClientID: "3MVG9", ClientSecret: secret}}.WithDefaults()
}

func TestCheck_saysWhatIsWrongWithASecret(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		content string
		want    doctor.Status
		says    string
	}{
		"clean":                {word, doctor.Pass, "is clean"},
		"a line end":           {word + "\n", doctor.Pass, "ends with a line end, which Longhaul leaves out"},
		"line ends of Windows": {word + "\r\n", doctor.Pass, "line end of Windows, which Longhaul leaves out"},
		"empty lines":          {word + "\n\n", doctor.Pass, "ends with empty lines"},
		"a byte order mark":    {"\xef\xbb\xbf" + word, doctor.Pass, "byte order mark, which Longhaul leaves out"},
		"UTF-16":               {"\xff\xfe" + strings.Join(strings.Split(word, ""), "\x00") + "\x00", doctor.Pass, "UTF-16"},
		"a space before":       {" " + word, doctor.Fail, "holds a space"},
		"a space after":        {word + " ", doctor.Fail, "holds a space"},
		"a tab":                {word + "\t", doctor.Fail, "holds a tab"},
		"two lines":            {word + "\n" + word, doctor.Fail, "holds a line break"},
		"quotes":               {`"` + word + `"`, doctor.Fail, "begins and ends with a quote"},
		"nothing":              {"", doctor.Fail, "is empty"},
		"a placeholder":        {"${" + word + "}", doctor.Fail, "is a placeholder"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings := setup.Check(t.Context(), sourceWith(t, row.content), nil)
			f := only(t, findings, "secret.client_secret")
			if f.Status != row.want || !strings.Contains(f.Found, row.says) {
				t.Errorf("got %+v, want %s: %s", f, row.want, row.says)
			}
			if f.Status == doctor.Fail && (f.Class != fault.Invalid || f.Cost == "") {
				t.Errorf("got %+v", f)
			}
			if strings.Contains(fmt.Sprintf("%+v", findings), word) {
				t.Errorf("the secret is shown: %+v", findings)
			}
		})
	}
}

func TestCheck_readsEachSecretOfTheSource(t *testing.T) {
	t.Parallel()
	s := sourceWith(t, word)
	s.Salesforce.Auth, s.Salesforce.Password, s.Salesforce.SecurityToken = source.Password, source.Held(`"pass word"`), source.Held(word)
	missing, err := source.References{Lookup: func(string) (string, bool) { return "", false }}.Parse("env:CATALOG_TOKEN")
	if err != nil {
		t.Fatal(err)
	}
	s.Exports = []source.Export{{Name: "castor", Section: "catalog", Secrets: map[string]source.Secret{"token": missing}}}
	findings := setup.Check(t.Context(), s, nil)
	for id, want := range map[string]doctor.Status{
		"settings": doctor.Pass, "secret.client_secret": doctor.Pass, "secret.password": doctor.Warn, "secret.security_token": doctor.Pass,
		"secret.catalog.token": doctor.Fail,
	} {
		if f := only(t, findings, id); f.Status != want {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
	if f := only(t, findings, "secret.catalog.token"); !strings.Contains(f.Found, "CATALOG_TOKEN is not set") {
		t.Errorf("got %+v", f)
	}
}

func TestCheck_saysWhyTheSettingsCannotBeUsed(t *testing.T) {
	t.Parallel()
	s := sourceWith(t, word)
	s.Salesforce.CAFile = filepath.Join(t.TempDir(), "none.pem")
	if f := only(t, setup.Check(t.Context(), s, nil), "settings"); f.Status != doctor.Fail || !strings.Contains(f.Found, "none.pem cannot be read") {
		t.Errorf("got %+v", f)
	}
	problem := fault.Invalidf("api_version must look like 59.0")
	if f := only(t, setup.Check(t.Context(), s, problem), "settings"); f.Status != doctor.Fail || f.Found != problem.Message {
		t.Errorf("got %+v", f)
	}
}

func TestHost_saysWhatTheHostIs(t *testing.T) {
	t.Parallel()
	for written, row := range map[string]struct {
		want doctor.Status
		says string
		auth source.Auth
		ok   bool
	}{
		"acme.my.salesforce.com":                   {doctor.Pass, "acme.my.salesforce.com is a My Domain", "", true},
		"acme--uat.sandbox.my.salesforce.com":      {doctor.Warn, "the My Domain of a sandbox", "", true},
		"acme--uat.my.salesforce.com":              {doctor.Warn, "the My Domain of a sandbox", "", true},
		"acme-dev-ed.develop.my.salesforce.com":    {doctor.Pass, "for development or trial", "", true},
		"https://acme.lightning.force.com/one/app": {doctor.Pass, "acme.lightning.force.com, as base_url says, shows pages", "", true},
		"acme.my.salesforce-setup.com":             {doctor.Pass, "acme.my.salesforce.com is a My Domain", "", true},
		"na123.salesforce.com":                     {doctor.Warn, "is an instance of Salesforce", "", true},
		"login.salesforce.com":                     {doctor.Fail, "takes no client credentials", "", false},
		"test.salesforce.com":                      {doctor.Warn, "is the login that all orgs share", source.Password, true},
		"gateway.acme.example":                     {doctor.Warn, "is no host that Salesforce is known by", "", true},
		"acme--c.vf.force.com":                     {doctor.Fail, "is the host of Visualforce pages", "", false},
		"":                                         {doctor.Fail, "base_url is empty", "", false},
		"http://acme.my.salesforce.com":            {doctor.Fail, "would travel unprotected", "", false},
		"http://127.0.0.1:8080":                    {doctor.Pass, "127.0.0.1 is this machine", "", true},
	} {
		t.Run(written, func(t *testing.T) {
			t.Parallel()
			s := source.Source{Name: "acme", Salesforce: source.Salesforce{Auth: row.auth}}.WithDefaults()
			f, _, ok := setup.Host(s, written)
			if f.Status != row.want || !strings.Contains(f.Found, row.says) || ok != row.ok {
				t.Errorf("got %+v, %t, want %s: %s", f, ok, row.want, row.says)
			}
			if f.Status == doctor.Fail && (f.Class != fault.Invalid || f.Cost == "" || f.Fix == "") {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func TestInstance_saysWhereTheOrgLives(t *testing.T) {
	t.Parallel()
	f, host, _ := setup.Host(source.Source{}.WithDefaults(), "acme.my.salesforce.com")
	if got := setup.Instance(f, host, "https://acme.my.salesforce.com"); got.Status != doctor.Pass || !strings.Contains(got.Found, "lives there") {
		t.Errorf("got %+v", got)
	}
	if got := setup.Instance(f, host, "https://acme-new.my.salesforce.com"); got.Status != doctor.Warn ||
		got.Fix != "set base_url to acme-new.my.salesforce.com" || got.Cost != "logins end when the older name does" {
		t.Errorf("got %+v", got)
	}
	f, host, _ = setup.Host(source.Source{Salesforce: source.Salesforce{Auth: source.Password}}.WithDefaults(), "login.salesforce.com")
	if got := setup.Instance(f, host, "https://acme.my.salesforce.com"); got.Cost != "an org may refuse logins there" ||
		got.Fix != "set base_url to acme.my.salesforce.com" {
		t.Errorf("the shared login is no older name: %+v", got)
	}
}

func only(t *testing.T, findings []doctor.Finding, id string) (found doctor.Finding) {
	t.Helper()
	n := 0
	for _, f := range findings {
		if f.ID == id {
			found = f
			n++
		}
	}
	if n != 1 {
		t.Fatalf("%d findings of %s in %+v", n, id, findings)
	}
	return found
}
