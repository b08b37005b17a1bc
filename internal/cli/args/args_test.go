package args_test

import (
	"testing"

	"longhaul/internal/cli/args"
)

func TestWord(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"/var/lib/x-1": "/var/lib/x-1", "/a b": "'/a b'", "/it's $HOME": `'/it'\''s $HOME'`, "": "''", "Umsätze": "'Umsätze'",
	} {
		if got := args.Word(word); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}
