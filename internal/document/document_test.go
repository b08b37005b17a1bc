package document_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/document"
)

func printed(t document.Terminal, d *document.Document) string {
	var out strings.Builder
	t.Print(&out, d)
	return out.String()
}

// evil is a name that somebody gave to a report.
const evil = "a\x1b[31m\u202eb\n<img src=x onerror=alert(1)> |c| `d` *e* [f](http://g)"

func TestPrint_showsNamesWithoutTheirCommands(t *testing.T) {
	t.Parallel()
	d := new(document.Document)
	d.Title(document.Bad, "%s", evil)
	d.Say("%s", evil)
	d.List(evil)
	d.Table(document.Table{Header: []string{"Name"}, Rows: []document.Row{{Cells: document.Of(evil), Below: []string{evil}}}})
	d.Command("Next", evil)
	shown := printed(document.Terminal{}, d)
	if strings.ContainsAny(shown, "\x1b\u202e") || strings.Count(shown, "<img") != 6 {
		t.Errorf("it shows %q", shown)
	}
}

// TestPrint_keepsTheSpacesOfNames as a command with another name would find nothing.
func TestPrint_keepsTheSpacesOfNames(t *testing.T) {
	t.Parallel()
	const name = "Sales\u00a0EMEA\u3000東京"
	d := new(document.Document)
	d.Table(document.Table{Header: []string{"Name"}, Rows: []document.Row{{Cells: document.Of(name)}}})
	d.Command("Next", name)
	if shown := printed(document.Terminal{}, d) + d.Markdown(1000, ""); strings.Count(shown, name) != 4 {
		t.Errorf("it shows %q", shown)
	}
}

func TestMarkdown_showsNamesWithoutTheirHTML(t *testing.T) {
	t.Parallel()
	d := new(document.Document)
	d.Title(document.Bad, "%s", evil)
	d.Say("%s", evil)
	d.List(evil)
	d.Table(document.Table{Header: []string{"Name"}, Rows: []document.Row{{Cells: document.Of(evil), Below: []string{evil}}}})
	d.Command("Next", evil)
	shown := d.Markdown(100_000, "")
	code := strings.LastIndex(shown, "`a")
	for _, never := range []string{" <img", "http://", "&lt;", " |c|", " `d`", " *e*", "[f](", "\x1b", "\u202e"} {
		if strings.Contains(shown[:code], never) {
			t.Errorf("%q is in %s", never, shown)
		}
	}
	if strings.Count(shown[code:], "`") != 2 {
		t.Errorf("the code ends too early: %s", shown[code:])
	}
}

func TestMarkdown_isCutBetweenLines(t *testing.T) {
	t.Parallel()
	d := new(document.Document)
	d.Title(document.Plain, "Many")
	for range 100 {
		d.List("ümläut and spaces")
	}
	const most = 1000
	shown := d.Markdown(most, "[closing](/there)\n")
	if n := len(url.QueryEscape(shown)); n > most || n < most-100 {
		t.Errorf("%d bytes of an address", n)
	}
	if !strings.HasSuffix(shown, "\n*There is more in the result.*\n[closing](/there)\n") || strings.Contains(shown, "ümläut\n") {
		t.Errorf("it ends with %q", shown[len(shown)-120:])
	}
}

func TestPrint_coloursWhereAsked(t *testing.T) {
	t.Parallel()
	d := new(document.Document)
	d.Title(document.Good, "Well")
	d.Table(document.Table{Header: []string{"How"}, Rows: []document.Row{{Cells: []document.Cell{{Text: "ill", Tone: document.Bad}}}}})
	if plain := printed(document.Terminal{}, d); strings.Contains(plain, "\x1b") {
		t.Errorf("%q has colours", plain)
	}
	shown := printed(document.Terminal{Colours: true}, d)
	if !strings.Contains(shown, "\x1b[32mWell\x1b[0m") || !strings.Contains(shown, "\x1b[31mill\x1b[0m") {
		t.Errorf("%q", shown)
	}
}

func TestPrint_keepsTheWidth(t *testing.T) {
	t.Parallel()
	d := new(document.Document)
	d.Say("%s", strings.Repeat("word ", 40))
	d.Table(document.Table{
		Header: []string{"Name", "Number", "Other"},
		Rows: []document.Row{{
			Cells: []document.Cell{{Text: strings.Repeat("näme ", 30)}, document.Number("1,234"), {Text: strings.Repeat("x", 50)}},
			Below: []string{strings.Repeat("below ", 30)},
		}},
	})
	for _, width := range []int{0, 60, 100} {
		for line := range strings.Lines(printed(document.Terminal{Width: width}, d)) {
			most := width
			if most == 0 {
				most = document.DefaultWidth
			}
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > most {
				t.Errorf("at %d columns a line of %d: %s", width, n, line)
			}
		}
	}
	got := printed(document.Terminal{Width: 60}, d)
	_, table, _ := strings.Cut(got, "\n\n")
	want := `Name                       Number  Other
näme näme näme näme näme…   1,234  xxxxxxxxxxxxxxxxxxxxxxxx…
`
	if !strings.HasPrefix(table, want) {
		t.Error(cmp.Diff(want, table))
	}
}
