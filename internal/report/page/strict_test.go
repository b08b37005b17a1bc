package page_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"longhaul/internal/report/page"
)

// parsed is a page as a tree. It fails the test where the page is not written as it is read.
func parsed(t *testing.T, page []byte) *html.Node {
	t.Helper()
	tree, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func content(n *html.Node) string {
	var b strings.Builder
	for inner := range n.Descendants() {
		if inner.Type == html.TextNode {
			b.WriteString(inner.Data)
		}
	}
	return b.String()
}

// elements are those of a name.
func elements(tree *html.Node, name string) (all []*html.Node) {
	for n := range tree.Descendants() {
		if n.Type == html.ElementNode && n.Data == name {
			all = append(all, n)
		}
	}
	return all
}

// allowed are the elements of a page: none of them loads anything.
var allowed = strings.Fields(`html head meta title style body header main footer section div p h1 h2 h3 span strong small code a bdi dl dt dd
	ul li form label input table caption thead tbody tr th td figure svg desc rect line text polyline details summary script noscript`)

// TestWrite_isStrict reads the pages as a browser does.
func TestWrite_isStrict(t *testing.T) {
	t.Parallel()
	for name, of := range samples {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			raw := written(t, of())
			tree := parsed(t, raw)
			ids := map[string]bool{}
			for n := range tree.Descendants() {
				if n.Type != html.ElementNode {
					continue
				}
				if !strings.Contains(" "+strings.Join(allowed, " ")+" ", " "+n.Data+" ") {
					t.Errorf("there is an element %s", n.Data)
				}
				for _, a := range n.Attr {
					requireHarmless(t, n, a)
				}
				if id := attribute(n, "id"); id != "" && ids[id] {
					t.Errorf("two elements have the id %s", id)
				}
				ids[attribute(n, "id")] = true
			}
			for n := range tree.Descendants() {
				for _, key := range []string{"for", "aria-labelledby", "aria-describedby"} {
					if to := attribute(n, key); to != "" && !ids[to] {
						t.Errorf("%s of %s names %s, which is not there", key, n.Data, to)
					}
				}
			}
			requirePolicy(t, tree)
			requireTables(t, tree)
			if n := bytes.Count(raw, []byte("<section")); n != bytes.Count(raw, []byte("</section>")) || len(elements(tree, "section")) != n {
				t.Errorf("of %d sections %d are read", n, len(elements(tree, "section")))
			}
		})
	}
}

// requireHarmless has no attribute that asks a host for something, or runs anything. Only links lead out, and those into the org.
func requireHarmless(t *testing.T, n *html.Node, a html.Attribute) {
	t.Helper()
	key := strings.ToLower(a.Key)
	switch {
	case key == "style", strings.HasPrefix(key, "on"):
		t.Errorf("%s has the attribute %s", n.Data, a.Key)
	case key == "href" && n.Data == "a":
		if !strings.HasPrefix(a.Val, "https://acme.my.salesforce.com/lightning/r/") && a.Val != thisSync+".gaps.csv" {
			t.Errorf("a link leads to %s", a.Val)
		}
	case key == "src", key == "href", key == "srcset", key == "action", key == "data", key == "poster", key == "xlink:href":
		t.Errorf("%s has the attribute %s=%q", n.Data, a.Key, a.Val)
	}
}

// requirePolicy has the policy in the page, with the hashes of what is there.
func requirePolicy(t *testing.T, tree *html.Node) {
	t.Helper()
	policy := ""
	for _, meta := range elements(tree, "meta") {
		if attribute(meta, "http-equiv") == "Content-Security-Policy" {
			policy = attribute(meta, "content")
		}
	}
	if policy != page.Policy() {
		t.Errorf("the policy is %q", policy)
	}
	for _, name := range []string{"style", "script"} {
		all := elements(tree, name)
		if len(all) != 1 {
			t.Errorf("there are %d elements %s", len(all), name)
			continue
		}
		sum := sha256.Sum256([]byte(content(all[0])))
		if want := name + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(policy, want) {
			t.Errorf("%q has not %s", policy, want)
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") {
		t.Errorf("the policy is %q", policy)
	}
}

// requireTables has headers of each column, of each row, and no row that is shorter.
func requireTables(t *testing.T, tree *html.Node) {
	t.Helper()
	for _, table := range elements(tree, "table") {
		columns := 0
		for _, th := range elements(table, "th") {
			switch attribute(th, "scope") {
			case "col":
				columns++
			case "row":
			default:
				t.Errorf("the header %q is of no column and no row", content(th))
			}
		}
		for _, tr := range elements(table, "tr") {
			if cells := len(elements(tr, "td")) + len(elements(tr, "th")); cells != columns {
				t.Errorf("a row has %d cells of %d: %q", cells, columns, content(tr))
			}
		}
	}
}

// TestWrite_letsNoNameBreakOut has names of the org that are HTML, scripts and templates.
func TestWrite_letsNoNameBreakOut(t *testing.T) {
	t.Parallel()
	raw := written(t, refresh())
	tree := parsed(t, raw)
	for _, never := range []string{"<script>alert", "<img", "\x00"} {
		if bytes.Contains(raw, []byte(never)) {
			t.Errorf("the page has %q", never)
		}
	}
	if n := strings.Count(content(tree), evil); n < 5 {
		t.Errorf("the name is read %d times", n)
	}
	for _, bdi := range elements(tree, "bdi") {
		if n := len([]rune(content(bdi))); n > 900 {
			t.Errorf("a name has %d characters", n)
		}
	}
}

// indexOf is what the search box of a page reads.
func indexOf(t *testing.T, tree *html.Node) string {
	t.Helper()
	for _, div := range elements(tree, "div") {
		if attribute(div, "id") != "index" {
			continue
		}
		raw, err := base64.RawURLEncoding.DecodeString(content(div))
		if err != nil {
			t.Fatal(err)
		}
		zip, err := gzip.NewReader(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(zip)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	t.Fatal("there is no index")
	return ""
}

// TestWrite_findsEveryReportOfALargeOrg has 50,000 of them and 5,000 dashboards in its index.
func TestWrite_findsEveryReportOfALargeOrg(t *testing.T) {
	t.Parallel()
	tree := parsed(t, written(t, large()))
	index := indexOf(t, tree)
	parts := strings.Split(index, "\f")
	if len(parts) != 5 {
		t.Fatalf("the index has %d parts", len(parts))
	}
	if n := strings.Count(parts[0], "\n"); n != 55_000 {
		t.Errorf("the index has %d records", n)
	}
	for _, want := range []string{nameOf(0), nameOf(49_999), nameOf(5_098)} {
		if !strings.Contains(index, "\t"+want+"\n") {
			t.Errorf("the index has not %q", want)
		}
	}
	if !strings.Contains(content(tree), fmt.Sprintf("%s of %s reports and dashboards can be found here.", "55,000", "55,000")) {
		t.Error("it is not said that all can be found")
	}
}
