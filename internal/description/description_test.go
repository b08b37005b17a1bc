package description

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var whole = Description{
	ID: "00O000000000001AAA", State: StateDescribed, Reason: `a "reason"`, Answer: "<é\n&>", Modified: "2026-11-20T10:00:00.000+0000",
	At: time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC), ColumnsChecked: 7,
	AuditFailures: 2, AuditTried: time.Date(2026, 12, 1, 0, 0, 0, 5e6, time.UTC),
	Denials: 3, Folder: "00l000000000001AAA", Audited: true, Type: `Deal__c$"Name"`,
	ReportMetadata:         json.RawMessage(`{"name":"a}b\"c\\","Id":"x"}`),
	ReportExtendedMetadata: json.RawMessage(`{"detailColumnInfo":{"A":[1,{"b":null}]}}`),
}

func TestDescription_isReadAsWritten(t *testing.T) {
	t.Parallel()
	bare := Description{ID: whole.ID, State: StateObsolete, Modified: "2026-11-20T10:00:00.000+0000", At: whole.At}
	spaced := whole
	spaced.ReportMetadata = json.RawMessage("{\n  \"name\": \"a\"\n}")
	tight := spaced
	tight.ReportMetadata = json.RawMessage(`{"name":"a"}`)
	for name, test := range map[string]struct{ in, want Description }{"whole": {whole, whole}, "bare": {bare, bare}, "on lines": {spaced, tight}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			line, err := test.in.Append([]byte("before"))
			if err != nil || !bytes.HasPrefix(line, []byte("before{")) || bytes.IndexByte(line, '\n') >= 0 {
				t.Fatalf("line %q, %v", line, err)
			}
			line = line[len("before"):]
			got, err := Decode(line)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("decoded (-want +got):\n%s", diff)
			}
			var std Description
			if err := json.Unmarshal(line, &std); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, std); diff != "" {
				t.Errorf("by encoding/json (-want +got):\n%s", diff)
			}
			head := test.want
			head.ReportMetadata, head.ReportExtendedMetadata = nil, nil
			if got, err := DecodeHead(line); err != nil || !cmp.Equal(head, got) {
				t.Errorf("head %+v, %v", got, err)
			}
			marshalled, err := json.Marshal(test.in)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := Decode(marshalled); err != nil || got.ID != head.ID || got.Answer != head.Answer {
				t.Errorf("of what encoding/json wrote: %+v, %v", got, err)
			}
		})
	}
}

func TestDescription_refusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		``, `{`, `{}`, `[]`, `null`, `{"Id":"00O000000000001AAA"}`, `{"Id":"short","state":"described"}`,
		`{"Id":"00O000000000001AAA","state":"wrong"}`, `{"Id":"00O000000000001AAA","state":null}`,
		`{"Id":"00O000000000001AAA","state":"gone","described_at":7}`, `{"Id":"00O000000000001AAA","state":"gone",}`,
		`{"Id":"00O000000000001AAA","state":"gone"`, `{"Id":"00O000000000001AAA","state":"gone"}}`, `{"Id":"00O000000000001AAA" "state":"gone"}`,
	} {
		if d, err := Decode([]byte(line)); err == nil {
			t.Errorf("%q reads as %+v", line, d)
		}
	}
}

func FuzzDecode(f *testing.F) {
	line, err := whole.Append(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(`{"Id":"00O000000000001AAA","state":"gone","last_modified":"","described_at":"2026-11-23T18:16:10Z"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		head, headErr := DecodeHead(line)
		d, err := Decode(line)
		if err != nil {
			return
		}
		if headErr == nil && (head.ID != d.ID && !bytes.Contains(line, []byte(`"report`))) {
			t.Errorf("head %+v of %+v", head, d)
		}
		if !json.Valid(line) {
			return // a checksum stands before this parser; it must only not fail badly
		}
		again, err := d.Append(nil)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if !json.Valid(again) {
			t.Fatalf("%q is written as %q", line, again)
		}
		if d2, err := DecodeHead(again); err != nil || d2.ID != d.ID || d2.State != d.State || !d2.At.Equal(d.At) {
			t.Errorf("%q reads as %+v, %v", again, d2, err)
		}
	})
}

func BenchmarkDecodeHead(b *testing.B) {
	line := wide(b)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeHead(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	line := wide(b)
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(line); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppend(b *testing.B) {
	line := wide(b)
	d, err := Decode(line)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	var buf []byte
	for b.Loop() {
		if buf, err = d.Append(buf[:0]); err != nil {
			b.Fatal(err)
		}
	}
}

// wide is the line of a report of 25 columns.
func wide(tb testing.TB) []byte {
	tb.Helper()
	d := whole
	columns := make(map[string]map[string]any)
	for i := range 25 {
		columns[fmt.Sprintf("ACCOUNT.COL%d", i)] = map[string]any{
			"dataType": "string", "entityColumnName": "Col", "filterValues": []string{},
			"filterable": true, "fullyQualifiedName": "Account.Col", "isCustom": false, "isLookup": false, "label": "Column \"x\"", "uniqueCountable": true,
		}
	}
	body, err := json.Marshal(map[string]any{"detailColumnInfo": columns})
	if err != nil {
		tb.Fatal(err)
	}
	d.ReportExtendedMetadata = body
	line, err := d.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return line
}
