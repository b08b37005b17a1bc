package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/config"
	"longhaul/internal/seal"
	"longhaul/internal/source"
)

// TestCheck_saysThatAKeyIsOfNoUse in a process that has no source, whose key nobody tries.
func TestCheck_saysThatAKeyIsOfNoUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil { // whatever the mask
			t.Fatal(err)
		}
		return path
	}
	whole := "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
	named := func(path string) seal.Config {
		key, err := source.References{}.Parse("file:" + path)
		if err != nil {
			t.Fatal(err)
		}
		return seal.Config{Keeper: seal.Local, Key: key}
	}
	good := named(file("good", whole, 0o644)) // as a cluster mounts it
	former := good
	short := named(file("short", "a2tra2tra2tra2tra2traw==", 0o600))
	former.Previous = &short
	for name, test := range map[string]struct {
		from seal.Config
		want string
	}{
		"whole":          {from: good},
		"too short":      {short, "is not 32 bytes in base64"},
		"missing":        {named(filepath.Join(dir, "none")), "it does not exist"},
		"the former one": {former, "is not 32 bytes in base64"},
		"not made yet":   {from: seal.Config{Keeper: seal.Local, File: filepath.Join(dir, "data.key")}},
		"open to others": {seal.Config{Keeper: seal.Local, File: file("open.key", whole, 0o666)}, "may be read by others"},
		"of a service":   {from: seal.Config{Keeper: "hashivault://longhaul"}},
	} {
		core, logs := observer.New(zap.WarnLevel)
		h, _ := hostWith(t, func(c *config.Config) { c.Secrets = test.from })
		h.logger = zap.New(core)
		if err := h.Check(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		said := logs.All()
		switch {
		case test.want == "" && len(said) == 0:
		case test.want == "" || len(said) != 1 || !strings.Contains(said[0].ContextMap()["error"].(string), test.want):
			t.Errorf("%s: the log has %v, want %q", name, said, test.want)
		}
	}
}
