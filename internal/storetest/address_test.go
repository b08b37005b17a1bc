package storetest_test

import (
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// TestOpen_refusesWhatADriverWouldDrop opens addresses of which the drivers silently ignore a part: two deployments would share
// a bucket, and remove each other's files.
func TestOpen_refusesWhatADriverWouldDrop(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ url, want string }{
		"a path in S3":              {"s3://bucket/my/prefix?region=us-east-1", "s3://bucket?prefix=my/prefix/"},
		"a path in Google's":        {"gs://bucket/my/prefix/", "gs://bucket?prefix=my/prefix/"},
		"a path in Azure's":         {"azblob://container/prefix", "azblob://container?prefix=prefix/"},
		"a path in memory":          {"mem://x/prefix", "has a path"},
		"a server in place of name": {"s3://localhost:9000/bucket", "s3://name?endpoint=http://localhost:9000&use_path_style=true"},
		"a port":                    {"azblob://container:10000", "has a port"},
		"no name":                   {"s3:///my/prefix", "has a path"},
		"no name, no path":          {"s3://", "names no bucket"},
		"a name without slashes":    {"s3:bucket", "names no bucket"},
		"one object for all":        {"s3://bucket?key=x", "remove it from the address"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := staging.Open(t.Context(), test.url)
			if err == nil {
				_ = s.Close()
			}
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a refusal that says %q", err, test.want)
			}
		})
	}
	for _, url := range []string{"s3://bucket/?region=us-east-1", "s3://bucket?region=us-east-1&prefix=my/prefix/", "mem://"} {
		s, err := staging.Open(t.Context(), url)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		_ = s.Close()
	}
}
