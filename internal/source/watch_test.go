package source

import (
	"errors"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWatched_tellsEverySecretThatIsRead(t *testing.T) {
	t.Parallel()
	environment := map[string]string{
		"SECRET": "first", "PASSWORD": "p", "TOKEN": "t", "CATALOG": "c",
		"DOCUMENT": `{"baseUrl":"b","clientId":"i","clientSecret":"of-the-document"}`,
	}
	secret := func(name string) Secret {
		s, err := References{Lookup: fixed(environment)}.Parse("env:" + name)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	original, err := NewRegistry(
		Source{
			Name: "acme", Exports: castorWith(secret("CATALOG")),
			Salesforce: Salesforce{Auth: Password, ClientSecret: secret("SECRET"), Password: secret("PASSWORD"), SecurityToken: secret("TOKEN")},
		},
		Source{Name: "other", Salesforce: Salesforce{Credentials: secret("DOCUMENT")}},
	)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	watched := original.Watched(func(secrets ...string) { told = append(told, secrets...) })
	read := func(r *Registry, name string) {
		t.Helper()
		s, err := r.Get(name)
		if err == nil {
			_, err = s.SalesforceCredentials(t.Context())
		}
		if err == nil {
			err = errors.Join(s.ExportSecrets(t.Context())...)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	read(watched, "acme")
	environment["SECRET"] = "rotated"
	read(watched, "acme")
	read(watched, "other")
	if diff := cmp.Diff([]string{"first", "p", "t", "c", "rotated", "p", "t", "c", "of-the-document"}, told); diff != "" {
		t.Error(diff)
	}
	told = nil
	read(original, "acme")
	if len(told) > 0 || !slices.Equal(original.Names(), watched.Names()) {
		t.Errorf("the original tells %d secrets; the names are %v", len(told), watched.Names())
	}
}

func TestWatched_ofNoSources(t *testing.T) {
	t.Parallel()
	if names := (*Registry)(nil).Watched(func(...string) {}).Names(); len(names) > 0 {
		t.Errorf("got %v", names)
	}
}
