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

// Another export may have more of a nested record read.
func TestRewrite_writesItsOwnMembersOfANestedRecord(t *testing.T) {
	t.Parallel()
	w := newRewriter(listing.Reports, "acme.my.salesforce.com")
	for in, want := range map[string]string{
		`{"attributes":{"type":"User","url":"/x"},"Id":"005"}`:                        `{"attributes":{"type":"User","url":"/x"},"Id":"005"}`,
		`{"attributes":{"type":"User","url":"/x"},"Name":"Ann","Id":"005","Email":1}`: `{"attributes":{"type":"User","url":"/x"},"Id":"005"}`,
		`{"Name":"Ann", "Id" : null}`:                                                 `{"Id":null}`,
		`{"attributes":{"type":"User"},"Name":"Ann"}`:                                 `null`, // Id is hidden, as it would be without Name
		`{"attributes":{"type":"User"}}`:                                              `{"attributes":{"type":"User"}}`,
		`{}`:                                                                          `{}`,
		`null`:                                                                        `null`,
		`"\u0041"`:                                                                    `"A"`,
	} {
		got, err := w.record([]byte(`{"Id":"00O000000000001AAA","CreatedBy":` + in + `,"Name":"n"}`))
		if err != nil || !strings.HasPrefix(string(got), `{"attributes":null,"CreatedBy":`+want+`,"Description":null,`) {
			t.Errorf("%s becomes %s, %v; want %s", in, got, err, want)
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
