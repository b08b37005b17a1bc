package docs_test

import (
	"fmt"
	"html"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/gomarkdown/markdown"
	"github.com/gomarkdown/markdown/ast"
	"github.com/gomarkdown/markdown/parser"
	"github.com/google/go-cmp/cmp"
)

// TestLinks_leadSomewhere looks up every link and picture of every page. What lies outside is judged by its form: no host is asked.
func TestLinks_leadSomewhere(t *testing.T) {
	t.Parallel()
	pages := readPages(t, "..")
	for _, needed := range []string{"README.md", "CHANGELOG.md", "docs/operations.md"} {
		if _, found := pages[needed]; !found {
			t.Errorf("%s was not read", needed)
		}
	}
	for _, problem := range pages.broken("..") {
		t.Error(problem)
	}
}

func TestLinks_thatLeadNowhereAreFound(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"README.md": "# Top\n\nA [good one](docs/a.md#one--two), [another](docs/a.md#the-run-verb-1), a [folder](docs), <https://example.com/x>.\n\n" +
			"[gone](docs/b.md) [no heading](docs/a.md#three) [not here](#bottom) [here](#top) ![picture](docs/p.png)\n\n" +
			"[out](../x.md) [plain](http://example.com) [no host](https:///x) [ftp](ftp://example.com/x) [none]() [rooted](/docs/a.md)\n\n" +
			"[of a program](docs/a.go#L3) `docs/c.md` `docs/a.md` and in a block:\n\n```sh\ncat [x](docs/d.md) docs/d.md\n```\n",
		"docs/a.md": "# One & two\n\n## The `run` verb\n\n## The run verb!\n\n[up](../README.md#top) `docs/a.md` [twice below](docs/a.md)\n",
		"docs/a.go": "package a\n",
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"README.md: #bottom: README.md has no such heading",
		"README.md: ../x.md: it leads out of the project",
		"README.md: /docs/a.md: write it relative to the page",
		"README.md: : it is empty",
		"README.md: docs/a.go#L3: only pages have headings",
		"README.md: docs/a.md#three: docs/a.md has no such heading",
		"README.md: docs/b.md: docs/b.md is not there",
		"README.md: docs/c.md: docs/c.md is not there",
		"README.md: docs/p.png: docs/p.png is not there",
		"README.md: ftp://example.com/x: its form is not https://HOST/...",
		"README.md: http://example.com: its form is not https://HOST/...",
		"README.md: https:///x: its form is not https://HOST/...",
		"docs/a.md: docs/a.md: docs/docs/a.md is not there",
	}
	got := readPages(t, dir).broken(dir)
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is found (-want +got):\n%s", diff)
	}
}

// page is what the links of a page and those to it need.
type page struct {
	links   []string // destinations of links and pictures
	named   []string // pages that stand as code, with their paths from the root
	anchors map[string]bool
}

type pages map[string]page // by their paths from the root, with slashes

// readPages reads all pages below root, but for hidden folders and what tools leave.
func readPages(t *testing.T, root string) pages {
	t.Helper()
	found := pages{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := entry.Name()
		if entry.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || slices.Contains([]string{"bin", "dist", "testdata", "node_modules"}, name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		found[filepath.ToSlash(relative)] = parse(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func parse(text []byte) page {
	p := page{anchors: map[string]bool{}}
	ast.WalkFunc(markdown.Parse(text, parser.NewWithExtensions(parser.CommonExtensions)), func(node ast.Node, entering bool) ast.WalkStatus {
		if !entering {
			return ast.GoToNext
		}
		switch node := node.(type) {
		case *ast.Link:
			p.links = append(p.links, string(node.Destination))
		case *ast.Image:
			p.links = append(p.links, string(node.Destination))
		case *ast.Heading:
			p.anchor(words(node))
		case *ast.Code:
			if name := string(node.Literal); strings.HasPrefix(name, "docs/") && strings.HasSuffix(name, ".md") {
				p.named = append(p.named, name)
			}
		}
		return ast.GoToNext
	})
	return p
}

// anchor adds the name under which GitHub lets a heading be linked to: in lower case, without punctuation, with - for spaces, and
// numbered from the second of a name on.
func (p page) anchor(heading string) {
	name := strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-', r == '_', unicode.IsLetter(r), unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
	numbered := name
	for n := 1; p.anchors[numbered]; n++ {
		numbered = fmt.Sprintf("%s-%d", name, n)
	}
	p.anchors[numbered] = true
}

// words is the text of a heading.
func words(heading ast.Node) string {
	var text strings.Builder
	ast.WalkFunc(heading, func(node ast.Node, entering bool) ast.WalkStatus {
		if leaf := node.AsLeaf(); entering && leaf != nil {
			text.Write(leaf.Literal)
		}
		return ast.GoToNext
	})
	return html.UnescapeString(text.String())
}

// broken has a sentence for each link that leads nowhere.
func (ps pages) broken(root string) (problems []string) {
	for name, p := range ps {
		look := func(from string, links []string) {
			for _, link := range links {
				if problem := ps.problem(root, from, link); problem != "" {
					problems = append(problems, fmt.Sprintf("%s: %s: %s", name, link, problem))
				}
			}
		}
		look(name, p.links)
		look("README.md", p.named)
	}
	return problems
}

// problem is what is wrong with a link of the page from.
func (ps pages) problem(root, from, link string) string {
	u, err := url.Parse(link)
	switch {
	case link == "":
		return "it is empty"
	case err != nil:
		return err.Error()
	case u.Scheme != "":
		if u.Scheme != "https" || u.Hostname() == "" {
			return "its form is not https://HOST/..."
		}
		return ""
	case strings.HasPrefix(u.Path, "/"):
		return "write it relative to the page"
	}
	target := from
	if u.Path != "" {
		target = filepath.ToSlash(filepath.Join(filepath.Dir(from), filepath.FromSlash(u.Path)))
	}
	if strings.HasPrefix(target, "../") {
		return "it leads out of the project"
	}
	if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(target))); err != nil {
		return target + " is not there"
	}
	if u.Fragment == "" {
		return ""
	}
	p, isPage := ps[target]
	switch {
	case !isPage:
		return "only pages have headings"
	case !p.anchors[u.Fragment]:
		return target + " has no such heading"
	}
	return ""
}

// TestReadme_listsEveryPage keeps the table of documents whole: a link elsewhere in the page is not found by who looks there.
func TestReadme_listsEveryPage(t *testing.T) {
	t.Parallel()
	all := readPages(t, "..")
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "\n## Documents\n")
	table, _, _ = strings.Cut(table, "\n## ")
	for name := range all {
		if strings.HasPrefix(name, "docs/") && !strings.Contains(table, "]("+name+")") {
			t.Errorf("the table of documents in README.md does not list %s", name)
		}
	}
}
