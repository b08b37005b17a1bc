package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"

	"longhaul/internal/fault"
)

// TestDial_refusesSettingsThatLeadNowhere meets mistakes that can be seen without a request.
func TestDial_refusesSettingsThatLeadNowhere(t *testing.T) {
	unreadable := t.TempDir() // a directory in place of a file
	for _, row := range []struct {
		name    string
		environ map[string]string
		want    []string
	}{
		{"a URL", map[string]string{"TEMPORAL_ADDRESS": "http://temporal:7233/"}, []string{`"temporal:7233"`, `"http://temporal:7233/"`}},
		{"a URL with TLS", map[string]string{"TEMPORAL_ADDRESS": "https://temporal:7233"}, []string{`"temporal:7233"`, "TEMPORAL_TLS=true"}},
		{"a switch that is none", map[string]string{"TEMPORAL_TLS": "yes"}, []string{"TEMPORAL_TLS", "true or false"}},
		{"a profile that is not there", map[string]string{"TEMPORAL_PROFILE": "prod"}, []string{`"prod"`, "TEMPORAL_PROFILE", "there is no file"}},
		{"a named file that cannot be read", map[string]string{"TEMPORAL_CONFIG_FILE": unreadable}, []string{unreadable}},
		{"a certificate that is not there", map[string]string{
			"TEMPORAL_TLS_CLIENT_CERT_PATH": "/none/tls.crt", "TEMPORAL_TLS_CLIENT_KEY_PATH": "/none/tls.key",
		}, []string{"/none/tls.crt"}},
		{"a certificate without its key", map[string]string{"TEMPORAL_TLS_CLIENT_CERT_PATH": "/none/tls.crt"}, []string{"client cert or key"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			setenv(t, row.environ)
			_, err := Dial(t.Context(), DialOptions{Logger: zap.NewNop()})
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("got %v", err)
			}
			t.Log(err)
			for _, part := range row.want {
				if !strings.Contains(fault.Sentence(err), part) {
					t.Errorf("it says %q, without %q", fault.Sentence(err), part)
				}
			}
		})
	}
}

// TestDial_takesWhatSaysNothingForUnset meets what compose files, shells and services leave behind.
func TestDial_takesWhatSaysNothingForUnset(t *testing.T) {
	address := frontend(t, nil)
	home := filepath.Join(t.TempDir(), "home")
	if err := os.WriteFile(home, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, environ := range map[string]map[string]string{
		"empty paths of certificates": {
			"TEMPORAL_TLS_CLIENT_CERT_PATH": "", "TEMPORAL_TLS_CLIENT_KEY_PATH": "", "TEMPORAL_TLS_SERVER_CA_CERT_PATH": "",
			"TEMPORAL_TLS_SERVER_NAME": "", "TEMPORAL_TLS": "", "TEMPORAL_API_KEY": "", "TEMPORAL_NAMESPACE": "", "TEMPORAL_PROFILE": "",
		},
		"a path of blanks":                    {"TEMPORAL_TLS_CLIENT_CERT_PATH": " "},
		"a home that is a file":               {"HOME": home},
		"a key that ends with a line end":     {"TEMPORAL_API_KEY": "a-key\r\n", "TEMPORAL_TLS": "false"},
		"an address that ends with a newline": {"TEMPORAL_ADDRESS": address + "\n"},
		"a header that ends with a line end":  {"TEMPORAL_GRPC_META_X_TENANT": "acme\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			setenv(t, map[string]string{"TEMPORAL_ADDRESS": address})
			for name, value := range environ {
				t.Setenv(name, value)
			}
			c, err := Dial(t.Context(), DialOptions{Logger: zap.NewNop()})
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		})
	}
}

// What was left out is said once it may matter.
func TestDial_namesTheProfilesItCouldNotRead(t *testing.T) {
	closed := listen(t)
	_ = closed.Close()
	setenv(t, map[string]string{"TEMPORAL_ADDRESS": closed.Addr().String()})
	file := filepath.Join(os.Getenv("HOME"), ".config", "temporalio", "temporal.toml")
	if err := os.MkdirAll(file, 0o700); err != nil { // a directory in place of the file
		t.Fatal(err)
	}
	_, err := Dial(t.Context(), DialOptions{Logger: zap.NewNop()})
	if !fault.Is(err, fault.Transient) || !strings.Contains(fault.Sentence(err), file) {
		t.Errorf("got %v", err)
	}
}

// An API key without its quotes is no value to TOML, whose reader would repeat it.
func TestDial_repeatsNoSecretOfAFileOfProfiles(t *testing.T) {
	for _, line := range []string{`api_key = tsecret`, `api_key = eyJsecret.abc`, `api_key = "secret`, `api_key = 12secret`, `secret`} {
		file := filepath.Join(t.TempDir(), "temporal.toml")
		if err := os.WriteFile(file, []byte("[profile.default]\n"+line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		setenv(t, map[string]string{"TEMPORAL_CONFIG_FILE": file})
		_, err := Dial(t.Context(), DialOptions{Logger: zap.NewNop()})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), file+" cannot be read at line ") || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: got %v", line, err)
		}
	}
}

// A file of profiles that somebody named and that is not there, such as one that was not mounted, leads to another Temporal.
func TestDial_namesTheFileOfProfilesThatIsNotThere(t *testing.T) {
	closed := listen(t)
	_ = closed.Close()
	file := filepath.Join(t.TempDir(), "temporal.toml")
	setenv(t, map[string]string{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_ADDRESS": closed.Addr().String()})
	_, err := Dial(t.Context(), DialOptions{Logger: zap.NewNop()})
	if want := "there is no file " + file + ", which TEMPORAL_CONFIG_FILE names"; !strings.Contains(fault.Sentence(err), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
