package stream

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzMembers holds the scanner to encoding/json on all that is JSON.
func FuzzMembers(f *testing.F) {
	f.Add([]byte(` { "a" : [1, {"b":"}"}] , "Id":"\"\\", "c" : -1.5e3 } `))
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var want map[string]json.RawMessage
		if !utf8.Valid(line) || bytes.Contains(line, []byte(`\u`)) /* halves of surrogate pairs are read in two ways */ {
			return
		}
		isObject := json.Unmarshal(line, &want) == nil && want != nil
		got := map[string]json.RawMessage{}
		err := Members(line, "", func(name, value []byte, at int) (bool, error) {
			if !bytes.Equal(line[at:at+len(value)], value) {
				t.Errorf("%q is not at %d of %q", value, at, line)
			}
			plain, err := Text([]byte(`"` + string(name) + `"`))
			if err != nil {
				plain = string(name)
			}
			got[plain] = bytes.Clone(value)
			return true, nil
		})
		if !isObject {
			return
		}
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if diff := cmp.Diff(want, got, cmp.Transformer("trim", func(r json.RawMessage) string { return strings.TrimSpace(string(r)) })); diff != "" {
			t.Errorf("%q (-encoding/json +got):\n%s", line, diff)
		}
	})
}
