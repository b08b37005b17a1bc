package host

import (
	"path/filepath"
	"testing"
	"time"

	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

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

// Temporal lists the pollers of the last minutes, also those of a worker that was killed meanwhile.
func TestLive_countsThoseThatStillPoll(t *testing.T) {
	t.Parallel()
	at := func(age time.Duration) *taskqueuepb.PollerInfo {
		return &taskqueuepb.PollerInfo{LastAccessTime: timestamppb.New(time.Now().Add(-age))}
	}
	// A long poll lasts a minute, and its worker is not heard of before its end.
	if got := live([]*taskqueuepb.PollerInfo{at(0), at(70 * time.Second), at(2 * time.Minute)}); got != 2 {
		t.Errorf("got %d", got)
	}
}
