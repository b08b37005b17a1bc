package saved_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/saved"
	"longhaul/internal/seal"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

const (
	secret = "a-client-secret-that-nobody-may-read"
	token  = "a-token-that-nobody-may-read"
)

func local(letter string) seal.Config {
	return seal.Config{Keeper: seal.Local, Key: source.Held(base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, 32))))}
}

func bucket(t *testing.T) *staging.Store {
	t.Helper()
	s, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func storeOf(t *testing.T, in *staging.Store, key seal.Config) *saved.Store {
	t.Helper()
	keeper, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	return saved.New(in, keeper, nil)
}

// acme is what connect was given about a source.
func acme(name string) saved.Document {
	return saved.Document{
		Source:     name,
		Salesforce: saved.Salesforce{BaseURL: name + ".my.salesforce.com", Auth: "client_credentials", ClientID: "3MVG9" + name, ClientSecret: secret},
		Exports: []saved.Export{{
			Name: "castor", Section: "catalog", Texts: map[string]string{"source_id": "399a8b22-3187-41ec-8d3d-0242ac130003"},
			Secrets: map[string]string{"token": token},
		}},
	}
}

func connect(t *testing.T, s *saved.Store, d saved.Document) (version string) {
	t.Helper()
	version, err := s.Propose(t.Context(), d, d.Salesforce.BaseURL)
	if err == nil {
		err = s.Promote(t.Context(), d.Source, version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return version
}

func keys(t *testing.T, in *staging.Store) (all []string) {
	t.Helper()
	for key, err := range in.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, key)
	}
	return all
}

func refused(t *testing.T, err error, words ...string) {
	t.Helper()
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
		return
	}
	for _, part := range words {
		if !strings.Contains(fault.Sentence(err), part) {
			t.Errorf("%q is not in: %s", part, fault.Sentence(err))
		}
	}
}

func TestStore_aSourceThatIsConnectedReadsAsOneOfTheSettings(t *testing.T) {
	t.Parallel()
	in := bucket(t)
	s := storeOf(t, in, local("a"))
	version := connect(t, s, acme("acme"))
	from, got, err := s.Source(t.Context(), "acme")
	if err != nil || got != version || from.MaxInFlight != source.DefaultMaxInFlight {
		t.Fatalf("%+v, %s, %v", from, got, err)
	}
	login, err := from.SalesforceCredentials(t.Context())
	if err != nil || login.BaseURL != "acme.my.salesforce.com" || login.ClientID != "3MVG9acme" || login.ClientSecret != secret {
		t.Errorf("got %v, %v", login, err)
	}
	if value, err := from.ExportSecret(t.Context(), "castor", "token"); err != nil || value != token {
		t.Errorf("the token is %q, %v", value, err)
	}
	shown := fmt.Sprintf("%+v %v", from, acme("acme"))
	data, err := json.Marshal([]any{from, acme("acme")})
	for _, value := range []string{secret, token} {
		if strings.Contains(shown+string(data), value) || err != nil {
			t.Errorf("a secret is shown: %s %s %v", shown, data, err)
		}
	}
	for _, key := range keys(t, in) {
		content, err := in.Read(t.Context(), key)
		if err != nil || strings.Contains(string(content), secret) || strings.Contains(string(content), "3MVG9") {
			t.Errorf("%s shows what is sealed: %s, %v", key, content, err)
		}
	}
	if all := keys(t, in); !slices.Equal(all, []string{staging.SavedKey("acme", version)}) {
		t.Errorf("the bucket has %v", all)
	}
}

// TestStore_newCredentialsCountFromTheNextLoginOn has a source that a running sync holds while somebody connects it again.
func TestStore_newCredentialsCountFromTheNextLoginOn(t *testing.T) {
	t.Parallel()
	s := storeOf(t, bucket(t), local("a"))
	first := connect(t, s, acme("acme"))
	running, _, err := s.Source(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	other := acme("acme")
	other.Exports[0].Texts = map[string]string{"source_id": "4fda8b22-3187-41ec-8d3d-0242ac130004"}
	connect(t, s, other)
	if _, err := running.ExportSecret(t.Context(), "castor", "token"); !fault.Is(err, fault.Transient) {
		t.Errorf("the token of another identifier: %v", err)
	}
	other.Salesforce.ClientSecret, other.Exports = "another", nil
	second := connect(t, s, other)
	if versions, err := s.Versions(t.Context()); err != nil || versions["acme"] != second || second <= first || len(versions) != 1 {
		t.Errorf("got %v, %v after %s", versions, err, first)
	}
	if login, err := running.SalesforceCredentials(t.Context()); err != nil || login.ClientSecret != "another" {
		t.Errorf("got %v, %v", login, err)
	}
	_, err = running.ExportSecret(t.Context(), "castor", "token")
	refused(t, err, "has no token of export castor any more")
	if err := s.Remove(t.Context(), "acme"); err != nil {
		t.Fatal(err)
	}
	_, err = running.SalesforceCredentials(t.Context())
	refused(t, err, `credentials of source "acme": the source is not connected`)
}

func TestStore_refusesObjectsThatAreNotWhatTheyShouldBe(t *testing.T) {
	t.Parallel()
	in := bucket(t)
	s, ctx := storeOf(t, in, local("a")), t.Context()
	mine, theirs := connect(t, s, acme("acme")), connect(t, s, acme("globex"))
	read := func(name, version string) (o saved.Object) {
		if err := in.ReadJSON(ctx, staging.SavedKey(name, version), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	key, good, other := staging.SavedKey("acme", mine), read("acme", mine), read("globex", theirs)
	relabelled := other
	relabelled.Source = "acme"
	for name, row := range map[string]struct {
		write func() error
		says  string
	}{
		"another's object":            {func() error { return in.WriteJSON(ctx, key, other) }, `holds the source "globex" in place of "acme"`},
		"another's text, relabelled":  {func() error { return in.WriteJSON(ctx, key, relabelled) }, "was sealed for another source"},
		"no JSON":                     {func() error { return in.Write(ctx, key, []byte(`{"source":`)) }, "is damaged"},
		"another shape":               {func() error { return in.Write(ctx, key, []byte(`{"source":"acme","data":7}`)) }, "is damaged"},
		"nothing sealed":              {func() error { return in.Write(ctx, key, []byte(`{"source":"acme"}`)) }, "was changed or cut"},
		"an empty object":             {func() error { return in.Write(ctx, key, nil) }, "is damaged"},
		"another list of candidates ": {func() error { return in.WriteJSON(ctx, key, []int{1}) }, "is damaged"},
	} {
		if err := row.write(); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.Source(ctx, "acme")
		if err == nil {
			t.Errorf("%s: opened", name)
			continue
		}
		refused(t, err, row.says)
	}
	if _, err := s.Propose(ctx, acme("acme"), "x"); err != nil {
		t.Errorf("what is damaged cannot be replaced: %v", err)
	}
	if err := in.WriteJSON(ctx, key, good); err != nil {
		t.Fatal(err)
	}
	for _, junk := range []string{"saved/acme/zzz.json", "saved/x.json", "saved/acme/" + mine + ".json/y.json", "saved/sync-x/" + mine + ".json"} {
		if err := in.Write(ctx, junk, []byte("{}")); err != nil {
			t.Fatal(err)
		}
	}
	if versions, err := s.Versions(ctx); err != nil || len(versions) != 2 || versions["acme"] != mine {
		t.Errorf("got %v, %v", versions, err)
	}
	if _, _, err := s.Source(ctx, "acme"); err != nil {
		t.Error(err)
	}
}

func TestStore_withoutAKeySaysSo(t *testing.T) {
	t.Parallel()
	in := bucket(t)
	connect(t, storeOf(t, in, local("a")), acme("acme"))
	s, ctx := saved.New(in, nil, nil), t.Context()
	_, _, err := s.Source(ctx, "acme")
	refused(t, err, "secrets.keeper is not set")
	_, err = s.Propose(ctx, acme("globex"), "x")
	refused(t, err, "secrets.keeper is not set")
	_, _, err = storeOf(t, in, local("b")).Source(ctx, "acme")
	refused(t, err, `source "acme": it was sealed with the key`)
	if versions, err := s.Versions(ctx); err != nil || len(versions) != 1 {
		t.Errorf("got %v, %v", versions, err)
	}
	if err := s.Remove(ctx, "acme"); err != nil || len(keys(t, in)) != 0 {
		t.Errorf("left %v, %v", keys(t, in), err)
	}
}

// TestPropose_isNewerThanWhatIsSavedWhateverTheClocksSay has a source that was connected on a machine whose clock is a day ahead.
func TestPropose_isNewerThanWhatIsSavedWhateverTheClocksSay(t *testing.T) {
	t.Parallel()
	in, ctx := bucket(t), t.Context()
	s := storeOf(t, in, local("a"))
	version := connect(t, s, acme("acme"))
	ahead := staging.SyncID(time.Now().Add(20*time.Hour), "aaaaaaaa")
	if err := in.Copy(ctx, staging.SavedKey("acme", version), staging.SavedKey("acme", ahead)); err != nil {
		t.Fatal(err)
	}
	if next := connect(t, s, acme("acme")); next <= ahead {
		t.Errorf("%s is older than %s", next, ahead)
	}
}
