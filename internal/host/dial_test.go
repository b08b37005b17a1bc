package host

import (
	"path/filepath"
	"testing"

	"longhaul/internal/fault"
)

func TestClientOptions(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none.toml")
	for _, row := range []struct {
		name                           string
		address, environ, environSpace string
		want, space                    string
	}{
		{"nothing is said", "", "", "", "localhost:7233", "default"},
		{"the environment says it", "", "temporal.internal:7233", "prod", "temporal.internal:7233", "prod"},
		{"the Temporal of this process", "127.0.0.1:4711", "temporal.internal:7233", "prod", "127.0.0.1:4711", "default"},
	} {
		t.Setenv("TEMPORAL_CONFIG_FILE", none)
		t.Setenv("TEMPORAL_ADDRESS", row.environ)
		t.Setenv("TEMPORAL_NAMESPACE", row.environSpace)
		got, err := clientOptions(DialOptions{Address: row.address})
		if err != nil || got.HostPort != row.want || got.Namespace != row.space {
			t.Errorf("%s: got %s, namespace %s, %v", row.name, got.HostPort, got.Namespace, err)
		}
	}
	t.Setenv("TEMPORAL_PROFILE", "missing")
	if _, err := clientOptions(DialOptions{}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a profile that is not there: %v", err)
	}
}
