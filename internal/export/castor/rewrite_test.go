package castor

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/listing"
)

func TestNormalBase_isWhatLinksBeginWith(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"acme.my.salesforce.com":          "https://acme.my.salesforce.com",
		"https://acme.my.salesforce.com/": "https://acme.my.salesforce.com",
		"http://127.0.0.1:8443":           "http://127.0.0.1:8443",
	} {
		if got := normalBase(in); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}

func FuzzRewrite(f *testing.F) {
	f.Add([]byte(`{"attributes":{"url":"/x"},"Id":"00l000000000001AAA","Name":"n"}`))
	f.Add([]byte(`{"Id":"00l000000000001AAA","Name":"\ud800` + "\xff" + `","Name":"twice","Type":{"a":[1,2.50]}}`))
	f.Add([]byte(`{"attributes":{"url":"\u002fx\u0000"},"Id":1,"Id":null}`))
	f.Add([]byte(`[]`))
	f.Fuzz(func(t *testing.T, line []byte) {
		before := string(line)
		w := newRewriter(listing.Folders, "acme.my.salesforce.com")
		once, err := w.record(line)
		if string(line) != before {
			t.Fatal("the line was changed")
		}
		if err != nil {
			return
		}
		if !json.Valid(once) {
			t.Fatalf("%q becomes %q", line, once)
		}
		var keys []string
		d := json.NewDecoder(strings.NewReader(string(once)))
		_, _ = d.Token()
		for d.More() {
			key, err := d.Token()
			if err != nil {
				t.Fatal(err)
			}
			keys = append(keys, key.(string))
			var value json.RawMessage
			if err := d.Decode(&value); err != nil {
				t.Fatal(err)
			}
		}
		want := []string{"attributes", "DeveloperName", "Id", "Name", "NamespacePrefix", "ParentId", "Type", "Url"}
		if diff := cmp.Diff(want, keys); diff != "" {
			t.Fatalf("the keys differ (-want +got):\n%s", diff)
		}
		again, err := newRewriter(listing.Folders, "acme.my.salesforce.com").record([]byte(string(once)))
		if err != nil || string(again) != string(once) {
			t.Fatalf("%q becomes %q, then %q, %v", line, once, again, err)
		}
	})
}

func BenchmarkRewriteReport(b *testing.B) {
	line := []byte(report(1))
	w := newRewriter(listing.Reports, "https://acme.my.salesforce.com")
	b.ReportAllocs()
	b.SetBytes(int64(len(line)))
	for b.Loop() {
		if _, err := w.record(line); err != nil {
			b.Fatal(err)
		}
	}
}
