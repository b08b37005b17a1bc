package release_test

import (
	"fmt"
	"os"
	"os/exec"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// root is the repository's.
const root = "../../"

func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(root + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestGo_isOneVersionEverywhere compares what compiles an image, and what people are told to install, with the module's own.
func TestGo_isOneVersionEverywhere(t *testing.T) {
	t.Parallel()
	version := regexp.MustCompile(`(?m)^go (\S+)$`).FindStringSubmatch(read(t, "go.mod"))[1]
	for file, want := range map[string]string{"Dockerfile": "golang:" + version + " AS ", "README.md": "you need Go " + version + "."} {
		if !strings.Contains(read(t, file), want) {
			t.Errorf("%s lacks %q", file, want)
		}
	}
}

// TestDockerignore_hidesNothingThatGitKeeps: Go finds that a tracked file is missing, and --version would say "with changes".
func TestDockerignore_hidesNothingThatGitKeeps(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), "git", "ls-files")
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	files := strings.Fields(string(out))
	for line := range strings.Lines(read(t, ".dockerignore")) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		for _, file := range files {
			if hides(t, line, file) {
				t.Errorf(".dockerignore hides %s from an image by %s", file, line)
			}
		}
	}
}

// hides says whether a pattern is for a file or for a folder above it, in the two forms that the file may hold.
func hides(t *testing.T, pattern, file string) bool {
	t.Helper()
	anchored, everywhere := strings.CutPrefix(pattern, "**/")
	if !everywhere {
		anchored = strings.TrimPrefix(pattern, "/")
	}
	for ; file != "."; file = path.Dir(file) {
		name := file
		if everywhere {
			name = path.Base(file)
		}
		matches, err := path.Match(anchored, name)
		if err != nil {
			t.Fatal(err)
		}
		if matches {
			return true
		}
	}
	return false
}

func TestHides(t *testing.T) {
	t.Parallel()
	for pattern, want := range map[string]bool{
		"/docs": true, "docs": true, "/docs/*.md": true, "**/*.md": true, "*.md": false, "/a.md": false, "**/docs": true, "/doc": false,
	} {
		if got := hides(t, pattern, "docs/a.md"); got != want {
			t.Errorf("%s: got %v", pattern, got)
		}
	}
}

func TestChangelog_isCutByRelease(t *testing.T) {
	t.Parallel()
	for _, complaint := range complaints(read(t, "CHANGELOG.md")) {
		t.Error("CHANGELOG.md " + complaint)
	}
}

func TestComplaints(t *testing.T) {
	t.Parallel()
	const top = "## Unreleased\n"
	for text, want := range map[string][]string{
		top: nil,
		top + "### Added\n\n## v0.10.0 - 2027-01-31\n\n## v0.9.1 - 2027-01-30\n": nil,
		"## v0.1.0 - 2027-01-31\n":                                {"begins with v0.1.0 - 2027-01-31"},
		top + "## 0.1.0 - 2027-01-31\n":                           {"has the section 0.1.0 - 2027-01-31"},
		top + "## v0.1.0 - 2027-02-31\n":                          {"has the section v0.1.0 - 2027-02-31"},
		top + "## v0.1.0\n":                                       {"has the section v0.1.0"},
		top + "## v0.9.0 - 2027-01-31\n## v0.10.0 - 2027-01-31\n": {"has v0.10.0 below v0.9.0"},
		top + "### News\n":                                        {"has the part News"},
	} {
		if got := complaints(text); !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// parts are those of Keep a Changelog.
var parts = []string{"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}

// section heads the lines of a release.
var section = regexp.MustCompile(`^v(\d+)\.(\d+)\.(\d+) - (\d{4}-\d{2}-\d{2})$`)

// complaints says what is wrong with a changelog: what is not out comes first, below it the releases, the newest first.
func complaints(text string) (all []string) {
	var above []int
	first, before := true, ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if part, ok := strings.CutPrefix(line, "### "); ok && !slices.Contains(parts, part) {
			all = append(all, "has the part "+part)
		}
		title, ok := strings.CutPrefix(line, "## ")
		if !ok {
			continue
		}
		if first {
			first = false
			if title != "Unreleased" {
				all = append(all, "begins with "+title)
			}
			continue
		}
		m := section.FindStringSubmatch(title)
		if m == nil {
			all = append(all, "has the section "+title)
			continue
		}
		if _, err := time.Parse(time.DateOnly, m[4]); err != nil {
			all = append(all, "has the section "+title)
		}
		number := numbers(m[1:4])
		name, _, _ := strings.Cut(title, " ")
		if above != nil && slices.Compare(above, number) <= 0 {
			all = append(all, fmt.Sprintf("has %s below %s", name, before))
		}
		above, before = number, name
	}
	return all
}

func numbers(texts []string) (all []int) {
	for _, text := range texts {
		var n int
		_, _ = fmt.Sscan(text, &n)
		all = append(all, n)
	}
	return all
}
