package describe

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/answertest"
	"longhaul/internal/httpkit"
)

const (
	testReport = "00Oxx0000004abcEAA"
	webPage    = `<html><head><title>Error Page</title></head><body>An unexpected connection error occurred</body></html>`
)

func TestReadDescription(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body         string
		metadata, extended string
	}{
		{"both parts", `{"reportMetadata":{"a":1},"reportTypeMetadata":{"x":[{}]},"reportExtendedMetadata":{"b":2}}`, `{"a":1}`, `{"b":2}`},
		{"in another order", `{"reportTypeMetadata":null,"reportExtendedMetadata":{"b":2},"attributes":{},"reportMetadata":{"a":1}}`, `{"a":1}`, `{"b":2}`},
		{"with space in them", "{ \"reportMetadata\" : { \"a\" : [ 1 , 2 ] } , \"reportExtendedMetadata\":\n{}}\n", `{"a":[1,2]}`, `{}`},
		{"missing parts", `{}`, "", ""},
		{"parts that are null", `{"reportMetadata":null,"reportExtendedMetadata":null}`, "", ""},
		{"texts as they were written", `{"reportMetadata":{"a":"\u00e9é\/ \ud83d\ude00","n":1.50}}`, `{"a":"\u00e9é\/ \ud83d\ude00","n":1.50}`, ""},
		{"a name that comes twice", `{"reportMetadata":{"a":1,"a":2},"x":1,"x":2}`, `{"a":1,"a":2}`, ""},
		{"broken UTF-8", "{\"reportMetadata\":{\"a\":\"\xff\"},\"reportTypeMetadata\":\"\xff\"}", `{"a":"�"}`, ""},
		{"parts of another kind", `{"reportMetadata":[],"reportExtendedMetadata":"x"}`, `[]`, `"x"`},
	} {
		got, err := readDescription(strings.NewReader(row.body), ofReport)
		if err != nil {
			t.Errorf("%s: %v", row.name, err)
			continue
		}
		if diff := cmp.Diff([]string{row.metadata, row.extended}, []string{string(got.ReportMetadata), string(got.ReportExtendedMetadata)}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", row.name, diff)
		}
	}
}

func TestReadDescription_refusesWhatIsNotWhole(t *testing.T) {
	t.Parallel()
	whole := answertest.Description(testReport, 2, 500)
	for end := range len(whole) {
		if _, err := readDescription(strings.NewReader(whole[:end]), ofReport); err == nil {
			t.Fatalf("a body cut at %d of %d bytes passes", end, len(whole))
		}
	}
	for name, body := range map[string]string{
		"a list": `[]`, "a text": `"x"`, "null": `null`, "something after it": whole + "x", "a second value": whole + "{}",
		"damage in what is skipped": `{"reportTypeMetadata":{"a":tru},"reportMetadata":{}}`,
	} {
		if _, err := readDescription(strings.NewReader(body), ofReport); err == nil {
			t.Errorf("%s passes", name)
		}
	}
}

// endless gives head, then text for ever.
func endless(head, text string) io.Reader {
	return io.MultiReader(strings.NewReader(head), &repeater{text: text})
}

type repeater struct {
	text string
	at   int
}

func (r *repeater) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = r.text[r.at]
		r.at = (r.at + 1) % len(r.text)
	}
	return len(p), nil
}

func TestReadDescription_isBounded(t *testing.T) {
	t.Parallel()
	small := bounds{read: 1 << 20, kept: 64 << 10}
	half := int(small.kept / 2)
	for name, body := range map[string]io.Reader{
		"a part that is kept":      endless(`{"reportMetadata":["`, "x"),
		"a part that is skipped":   endless(`{"reportTypeMetadata":["x"`, `,"x"`),
		"two parts, each in bound": strings.NewReader(twoParts(half+10, half+10)),
	} {
		if _, err := readDescription(body, small); !errors.Is(err, httpkit.ErrTooLarge) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got, err := readDescription(strings.NewReader(twoParts(half-10, half-10)), small); err != nil || len(got.ReportMetadata) != half-10 {
		t.Errorf("two parts that fit: %v", err)
	}
}

func twoParts(first, second int) string {
	return `{"reportMetadata":"` + strings.Repeat("a", first-2) + `","reportExtendedMetadata":"` + strings.Repeat("b", second-2) + `"}`
}

func FuzzReadDescription(f *testing.F) {
	f.Add([]byte(answertest.Description(testReport, 2, 300)))
	f.Add([]byte(`{"reportMetadata":null,"reportExtendedMetadata":{"a":[1,{"b":"\ud800"}]}}`))
	f.Add([]byte("{\"reportMetadata\":{ \"\xff\" : 1e5 }}"))
	f.Add([]byte(`{"attributes":{"type":"Report"},"reportExtendedMetadata":{},"reportMetadata":{"detailColumns":[]},"reportTypeMetadata":{"c":[`))
	f.Add([]byte(answertest.Description(testReport, 1, 30) + answertest.Description(testReport, 1, 30)))
	for _, body := range []string{
		"", webPage, `{"error":"invalid_grant","error_description":"ip restricted"}`,
		`[{"message":"Session expired or invalid","errorCode":"INVALID_SESSION_ID"}]`,
		`[{"message":"Account ID: id value of incorrect type: 001","errorCode":"MALFORMED_ID","fields":["Id"]}]`,
		`[{"message":"You don’t have sufficient privileges to perform this operation.","errorCode":"FORBIDDEN"}]`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		got, err := readDescription(bytes.NewReader(body), ofReport)
		if err != nil {
			return
		}
		for _, part := range []json.RawMessage{got.ReportMetadata, got.ReportExtendedMetadata} {
			if part == nil {
				continue
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, part); err != nil || !bytes.Equal(compact.Bytes(), part) {
				t.Fatalf("%q gives a part that is not compact JSON: %q (%v)", body, part, err)
			}
		}
	})
}

func BenchmarkReadDescription(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"40kB", 40 << 10}, {"1MB", 1 << 20}} {
		body := answertest.Description(testReport, 25, size.bytes)
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := readDescription(strings.NewReader(body), ofReport); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
