package connect_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"longhaul/activities"
	"longhaul/internal/answertest"
	"longhaul/internal/config"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// pem is a private key, as a file holds it.
func pem() string {
	_, text := answertest.Key()
	return text
}

// pemLine is a line of it that nothing may show.
func pemLine() string { return strings.Split(pem(), "\n")[2] }

// keyed is a world with a file acme.key. Its worker learns by which way each check logs in.
func keyed(t *testing.T) (w *world, logins *[]source.Credentials) {
	t.Helper()
	w, logins = newWorld(t), new([]source.Credentials)
	if err := os.WriteFile(filepath.Join(w.dir, "acme.key"), []byte(pem()), 0o600); err != nil {
		t.Fatal(err)
	}
	right := w.rows
	w.rows = func(login source.Credentials) []doctor.Finding {
		*logins = append(*logins, login)
		return right(login)
	}
	return w, logins
}

func TestConnect_byAPrivateKey(t *testing.T) {
	t.Parallel()
	app := []string{"--base-url", "acme.my.salesforce.com", "--client-id", "3MVG9", "--username", "u@acme.example", "--private-key"}
	document, err := json.Marshal(map[string]string{
		"baseUrl": "acme.my.salesforce.com", "clientId": "3MVG9", "username": "u@acme.example", "privateKey": pem(),
		"audience": "https://test.salesforce.com",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		args  []string
		stdin string
	}{
		"a file":         {append(app, "acme.key", "--audience", "https://test.salesforce.com"), ""},
		"a reference":    {append(app, "file:acme.key", "--audience", "https://test.salesforce.com"), ""},
		"standard input": {append(app, "-", "--audience", "https://test.salesforce.com"), pem()},
		"a document":     {[]string{"--credentials", "-"}, string(document)},
	} {
		w, logins := keyed(t)
		w.stdin = row.stdin
		w.run(t.Context(), nil, append([]string{"connect", "acme", "--no-catalog"}, row.args...)...).says(t, 0, "acme is connected to acme.my")
		mine, _ := answertest.Key()
		if len(*logins) != 1 || !(*logins)[0].PrivateKey.Equal(mine) || (*logins)[0].Username != "u@acme.example" ||
			(*logins)[0].Audience != "https://test.salesforce.com" || (*logins)[0].ClientSecret != "" {
			t.Errorf("%s: a worker checked %d logins", name, len(*logins))
		}
		for key, err := range w.store.List(t.Context(), "") {
			content, unread := w.store.Read(t.Context(), key)
			if err != nil || unread != nil || strings.Contains(string(content), pemLine()) || strings.Contains(string(content), "u@acme") {
				t.Errorf("%s: %s shows what is sealed, %v, %v", name, key, err, unread)
			}
		}
		d, err := w.login()
		if err != nil || d.Salesforce.Auth != "jwt_bearer" || d.Salesforce.PrivateKey != strings.TrimSpace(pem()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestConnect_aKeyInPlaceOfASecretAndBack is one source all the while. A sync that is blocked on the former login goes on.
func TestConnect_aKeyInPlaceOfASecretAndBack(t *testing.T) {
	t.Parallel()
	w, logins := keyed(t)
	w.run(t.Context(), answered(), "connect", "acme").says(t, 0, "is connected")
	w.running = &workflows.Progress{Phase: workflows.PhaseBlocked, Blocked: &activities.Failure{Class: fault.LoginRefused}}
	who := &person{answers: map[string]string{"Username": "u@acme.example"}}
	w.run(t.Context(), who, "connect", "acme", "--private-key", "acme.key").says(t, 0, "The credentials of acme are replaced.", "goes on")
	if slices.ContainsFunc(who.asked, func(q string) bool { return strings.Contains(q, "Consumer Secret") }) || len(w.signals) != 1 {
		t.Errorf("asked %q, signalled %v", who.asked, w.signals)
	}
	d, err := w.login()
	if err != nil || d.Salesforce.Auth != "jwt_bearer" || d.Salesforce.ClientSecret != "" || d.Salesforce.ClientID != "3MVG9" ||
		d.Exports[0].Secrets["token"] != token {
		t.Errorf("%v", err)
	}
	who = &person{answers: map[string]string{}} // Enter keeps
	w.run(t.Context(), who, "connect", "acme").says(t, 0, "are replaced")
	if !slices.Contains(who.asked, "Username [u@acme.example]: ") ||
		!slices.Contains(who.asked, "File of the Private Key (Enter keeps the saved one): ") {
		t.Errorf("asked %q", who.asked)
	}
	w.run(t.Context(), nil, "connect", "acme", "--audience", "https://test.salesforce.com").says(t, 0, "are replaced")
	w.run(t.Context(), nil, "connect", "acme", "--client-secret", "env:NEW_SECRET").says(t, 0, "are replaced")
	d, err = w.login()
	if err != nil || d.Salesforce.Auth != "client_credentials" || d.Salesforce.PrivateKey+d.Salesforce.Username+d.Salesforce.Audience != "" ||
		d.Salesforce.ClientSecret != "a-new-secret" || len(*logins) != 5 {
		t.Errorf("%v after %d checks", err, len(*logins))
	}
}

func TestConnect_saysWhatIsWrongWithAKey(t *testing.T) {
	t.Parallel()
	app := []string{"connect", "acme", "--base-url", "acme.my.salesforce.com", "--client-id", "3MVG9", "--no-catalog"}
	for name, row := range map[string]struct {
		args []string
		says string
	}{
		"no user":        {[]string{"--private-key", "acme.key"}, "missing: --username (Username)"},
		"no key":         {[]string{"--username", "u"}, "missing: --private-key (Private Key)"},
		"no such file":   {[]string{"--username", "u", "--private-key", "none.key"}, "none.key is of no use (it does not exist)"},
		"no key in it":   {[]string{"--username", "u", "--private-key", "longhaul.yaml"}, "--private-key: is no private key in PEM form"},
		"the key itself": {[]string{"--username", "u", "--private-key", pem()}, "--private-key: holds the key itself"},
		"a secret too":   {[]string{"--username", "u", "--client-secret", "env:SECRET"}, "--username is given beside --client-secret"},
		"no audience":    {[]string{"--username", "u", "--private-key", "acme.key", "--audience", "test"}, "--audience: must be https://login"},
	} {
		w, logins := keyed(t)
		if w.run(t.Context(), nil, append(slices.Clone(app), row.args...)...).says(t, 2, row.says); len(*logins)+len(w.candidates()) > 0 {
			t.Errorf("%s: it was proposed", name)
		}
	}
	w, _ := keyed(t)
	w.run(t.Context(), nil, "connect", "acme", "--credentials", "-", "--private-key", "-").says(t, 2, "cannot both read standard input")
	for _, flag := range []string{"--private-key", "--credentials"} {
		w.run(t.Context(), answered(), "connect", "acme", flag, "-").says(t, 2, flag+": - reads standard input, which is a terminal")
	}
	w.stdin = `{"baseUrl": "acme.my.salesforce.com", "clientId": "3MVG9", "clientSecret": "a-secret", "username": "u", "privateKey": "x"}`
	w.run(t.Context(), nil, "connect", "acme", "--credentials", "-").says(t, 2, "has clientSecret and privateKey")
	who := answered()
	who.answers["Username"], who.answers["File of the Private Key"] = "u", "none.key"
	w.run(t.Context(), who, "connect", "acme", "--username", "u").says(t, 2, "Private Key: the secret file", "no usable Private Key was given")
}

// TestConnect_aKeyThatIsPastedGoesNowhere has a person who pastes the key where its path is asked for, and then types the path.
func TestConnect_aKeyThatIsPastedGoesNowhere(t *testing.T) {
	t.Parallel()
	w, logins := keyed(t)
	who := answered()
	who.answers["Username"], who.answers["File of the Private Key"] = "u@acme.example", "acme.key"
	who.keys = strings.Split(strings.TrimSpace(pem()), "\n")
	got := w.run(t.Context(), who, "connect", "acme", "--username", "u@acme.example")
	got.says(t, 0, "acme is connected", "Private Key: is to be given by the path of a file")
	tries := 0
	for _, question := range who.asked {
		if strings.HasPrefix(question, "File of") {
			tries++
		}
	}
	if tries != 2 || len(*logins) != 1 || strings.Contains(got.out+got.errors, pemLine()) {
		t.Errorf("asked %d times, checked %d logins: %s%s", tries, len(*logins), got.out, got.errors)
	}
}

// TestPrint_ofALoginByAKey refers to the key, and is what the settings read.
func TestPrint_ofALoginByAKey(t *testing.T) {
	t.Parallel()
	w, _ := keyed(t)
	args := []string{
		"connect", "acme", "--print", "--base-url", "acme.my.salesforce.com", "--client-id", "3MVG9", "--username", "u@x.example",
		"--private-key", "acme.key", "--no-catalog",
	}
	o := w.run(t.Context(), nil, args...)
	o.says(t, 0, "auth: jwt_bearer", "private_key: file:/run/secrets/longhaul/acme/private_key", `  private_key: "<Private Key>"`)
	block, _, _ := strings.Cut(o.out, "---\n")
	if err := os.WriteFile(filepath.Join(w.dir, "longhaul.yaml"), []byte("storage: mem://\n"+block), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, _, err := config.Read(config.Input{Dir: w.dir, NeedStorage: true, NeedSources: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, block)
	}
	if s, err := cfg.Sources.Get("acme"); err != nil || s.Salesforce.Auth != source.JWTBearer || s.Salesforce.Username != "u@x.example" {
		t.Errorf("%+v, %v", s, err)
	}
}
