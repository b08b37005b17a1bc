package decode

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/httpkit"
)

// names reads the names of an object's members, and stops wanting more after the member "stop".
func names(body string, most int64) (found []string, err error) {
	err = Body(strings.NewReader(body), most, func(d *jsontext.Decoder, _ *httpkit.Capped) error {
		return Members(d, func(name string) error {
			if found = append(found, name); name == "stop" {
				return ErrRest
			}
			return d.SkipValue()
		})
	})
	return found, err
}

func TestBody_takesOneWholeValue(t *testing.T) {
	t.Parallel()
	const bound = 60
	for name, row := range map[string]struct {
		body, want string
		err        error // below the error; nil with an empty want is any error
	}{
		"an object":                      {`{"a":1,"b":[2]}`, "a b", nil},
		"space after it":                 {"{\"a\":1} \r\n\t", "a", nil},
		"an object with two equal names": {`{"a":1,"a":2}`, "a a", nil},
		"broken UTF-8":                   {"{\"a\":\"\xff\"}", "a", nil},
		"something after it":             {`{"a":1}{}`, "", ErrUnreadable},
		"a list":                         {`[1]`, "", ErrUnreadable},
		"a truncated object":             {`{"a":1,"b":`, "", io.ErrUnexpectedEOF},
		"nothing":                        {"", "", io.EOF},
		"more than the bound":            {`{"a":"` + strings.Repeat("x", bound) + `"}`, "", httpkit.ErrTooLarge},
		"a rest that is not wanted":      {`{"stop":1,"c":tru}`, "stop", nil},
		"a rest that is truncated":       {`{"stop":1,"c":[1,`, "", ErrUnreadable},
		"a rest beyond the bound":        {`{"stop":1,"c":"` + strings.Repeat("x", 5000) + `"}`, "", httpkit.ErrTooLarge},
	} {
		found, err := names(row.body, bound)
		switch {
		case row.want != "" && (err != nil || strings.Join(found, " ") != row.want):
			t.Errorf("%s: %q, %v; want %q", name, found, err, row.want)
		case row.want == "" && !errors.Is(err, row.err):
			t.Errorf("%s: %v, want %v", name, err, row.err)
		}
	}
}

func TestValues_skipWhatIsOfAnotherKind(t *testing.T) {
	t.Parallel()
	text, flag, number := "before", true, int64(7)
	err := Object(json.RawMessage(`{"text":1,"flag":"x","number":1.5,"list":[1,"a",{}]}`), func(d *jsontext.Decoder, name string) error {
		switch name {
		case "text":
			return Text(d, &text)
		case "flag":
			return Flag(d, &flag)
		case "number":
			return Number(d, &number)
		default:
			return Elements(d, func() error { return Text(d, &text) })
		}
	})
	if err != nil || text != "a" || !flag || number != 7 {
		t.Errorf("%q, %t, %d, %v", text, flag, number, err)
	}
}

func FuzzBody(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"stop":{"x":[`, `{}{}`, `[`, "{\"\xff\":null} ", `{"a":"\ud800"}`, `null`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		found, err := names(string(body), 1<<20)
		if err == nil && len(found) > 0 && found[len(found)-1] != "stop" && !json.Valid([]byte(strings.ToValidUTF8(string(body), "?"))) {
			t.Errorf("%q is taken for JSON", body)
		}
	})
}
