package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"longhaul/internal/fault"
)

const hidden = "s3cret-value"

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func fixed(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
}

func TestSecret_isNeverPrinted(t *testing.T) {
	t.Parallel()
	references := References{Lookup: fixed(map[string]string{"ACME_SECRET": hidden})}
	byEnv, err := references.Parse("env:ACME_SECRET")
	if err != nil {
		t.Fatal(err)
	}
	type private struct{ s Secret }
	for _, secret := range []Secret{byEnv, Held(hidden)} {
		s := Source{Name: "acme", Salesforce: Salesforce{ClientSecret: secret}, Exports: castorWith(secret)}
		credentials := Credentials{ClientSecret: hidden, Password: hidden, SecurityToken: hidden}
		for _, value := range []any{secret, &secret, s, &s, s.Exports[0], private{secret}, []Secret{secret}, credentials, &credentials} {
			var printed strings.Builder
			for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
				fmt.Fprintf(&printed, verb+"\n", value)
			}
			encoded, err := json.Marshal(value)
			if err != nil {
				t.Fatal(err)
			}
			printed.Write(encoded)
			slog.New(slog.NewTextHandler(&printed, nil)).Info("x", "value", value)
			printed.WriteString(zapped(value))
			for _, form := range []string{hidden, fmt.Sprintf("%x", hidden)} {
				if strings.Contains(printed.String(), form) {
					t.Errorf("%T shows the secret:\n%s", value, &printed)
				}
			}
		}
	}
	if got := fmt.Sprintf("%v", byEnv); got != "env:ACME_SECRET" {
		t.Errorf("the reference prints as %q", got)
	}
}

func zapped(value any) string {
	var out bytes.Buffer
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&out), zapcore.DebugLevel)
	zap.New(core).Info("x", zap.Any("value", value), zap.Reflect("reflected", value))
	return out.String()
}

func TestSecret_isReadAgainEachTime(t *testing.T) {
	t.Parallel()
	path := write(t, "token", "first\r\n\n")
	values := map[string]string{"TOKEN": "first"}
	references := References{Dir: filepath.Dir(path), Lookup: fixed(values)}
	for _, reference := range []string{"env:TOKEN", "file:token", "file:" + path, "file://" + path} {
		if err := os.WriteFile(path, []byte("first\r\n\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		values["TOKEN"] = "first"
		secret, err := references.Parse(reference)
		if err != nil {
			t.Fatal(err)
		}
		wantValue(t, secret, "first")
		values["TOKEN"] = "second"
		if err := os.WriteFile(path, []byte("second"), 0o600); err != nil {
			t.Fatal(err)
		}
		wantValue(t, secret, "second")
	}
	wantValue(t, Held(""), "")
}

func wantValue(t *testing.T, s Secret, want string) {
	t.Helper()
	if got, err := s.Resolve(t.Context()); err != nil || got != want {
		t.Errorf("%s: got %q, %v, want %q", s, got, err, want)
	}
}

func TestParse_refusesWithoutRepeating(t *testing.T) {
	t.Parallel()
	tests := []struct{ text, want string }{
		{hidden, "holds the secret itself, which anybody who sees the settings could read: " +
			"put it in an environment variable or in a file and write env:NAME or file:PATH"},
		{"ENV:" + hidden, "holds the secret itself"},
		{"env:" + hidden, "env: must be followed by the name of an environment variable"},
		{"env:", "env: must be followed by the name"},
		{"file:", "file: must be followed by the path of a file"},
		{"", "holds the secret itself"},
	}
	for _, tt := range tests {
		_, err := References{}.Parse(tt.text)
		if !fault.Is(err, fault.Invalid) || !strings.HasPrefix(err.Error(), tt.want) || strings.Contains(err.Error(), hidden) {
			t.Errorf("%q: got %v, want %s", tt.text, err, tt.want)
		}
	}
}

func TestResolve_saysWhatToChange(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := write(t, "large", strings.Repeat("x", maxSecretSize+1))
	tests := []struct{ reference, want string }{
		{"env:ABSENT", "the environment variable ABSENT is not set: set it for this process, or change the reference env:ABSENT"},
		{"file:absent", "the secret file " + dir + "/absent is of no use (it does not exist): check the path after file: and the file's owner and mode"},
		{"file:.", "the secret file " + dir + " is of no use (it cannot be read: is a directory): check the path after file: and the file's owner and mode"},
		{"file:" + large, "the secret file " + large + " is larger than 64 kB: it must hold the secret alone"},
	}
	for _, tt := range tests {
		secret, err := References{Dir: dir, Lookup: fixed(nil)}.Parse(tt.reference)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := secret.Resolve(t.Context()); !fault.Is(err, fault.Invalid) || err.Error() != tt.want {
			t.Errorf("%s: got %v\nwant %s", tt.reference, err, tt.want)
		}
	}
	if _, err := (Secret{}).Resolve(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("no secret at all: got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Held(hidden).Resolve(ctx); err == nil {
		t.Error("a secret was read after the end")
	}
}

func TestSecret_compares(t *testing.T) {
	t.Parallel()
	references := References{Lookup: fixed(nil)}
	a, _ := references.Parse("env:A")
	b, _ := references.Parse("env:B")
	again, _ := references.Parse("env:A")
	tests := []struct {
		x, y Secret
		want bool
	}{
		{a, again, true},
		{a, b, false},
		{Held("x"), Held("x"), true},
		{Held("x"), Held("y"), false},
		{Secret{}, Held(""), false},
		{Secret{}, Secret{}, true},
	}
	for _, tt := range tests {
		if got := cmp.Equal(tt.x, tt.y); got != tt.want {
			t.Errorf("%s and %s: got %v", tt.x, tt.y, got)
		}
	}
}
