package e2e_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

const storage = "../../docs/storage.md"

// documented is an object that docs/storage.md lists: the form of its key, and the text in which its fields stand.
type documented struct {
	key    *regexp.Regexp
	fields string
}

// placeholders are the parts of keys that differ, as the page writes them in angle brackets.
var placeholders = map[string]string{
	"source": "acme", "sync": `\d{8}T\d{6}\.\d{3}Z-\w+`, "hour": `\d{8}T\d{2}`, "stream": `[a-z]+(\.[a-z0-9]+)*`, "file": `\d+-[a-z_]+\.json`,
	"export": `[a-z0-9_]+`,
	"n":      `\d+`, "nn": `\d{2}`, "run": `[0-9a-f-]+`, "activity": `\d+`, "attempt": `\d+`,
	"to": `\d{8}T\d{6}\.\d{3}Z-\w+`, "from": `\d{8}T\d{6}\.\d{3}Z-\w+`,
	"nnnn": `\d{4}`, "pass": `\d+`, "timestamp": `\d+`, "name": `[a-z_]+`, "id": `\w+`, "first": `\w{18}`, "last": `\w{18}`,
}

var (
	rowKey      = regexp.MustCompile("^\\| \\[?`([^`]+)`(?:\\]\\(#([a-z]+)\\))?(?:, `([^`]+)`)? \\|(.*)$")
	placeholder = regexp.MustCompile(`<([a-z]+)>`)
	fieldName   = regexp.MustCompile("`([A-Za-z_0-9]+)`")
)

// documentedObjects reads the table of the bucket's objects.
func documentedObjects(t *testing.T) (objects []documented) {
	t.Helper()
	content, err := os.ReadFile(storage)
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	sections := map[string]string{}
	for section := range strings.SplitSeq(page, "\n### ") {
		title, text, _ := strings.Cut(section, "\n")
		anchor := regexp.MustCompile(`[^a-z]`).ReplaceAllString(strings.NewReplacer("&lt;", "", "&gt;", "").Replace(strings.ToLower(title)), "")
		sections[anchor] = text
	}
	_, table, _ := strings.Cut(page, "\n## The bucket\n")
	table, _, _ = strings.Cut(table, "\n### ")
	prefix := ""
	for line := range strings.Lines(table) {
		row := rowKey.FindStringSubmatch(strings.ReplaceAll(strings.TrimSpace(line), "#planned-reports", "#plannedreports"))
		switch {
		case row == nil:
		case strings.HasSuffix(row[1], "/"):
			prefix = row[1]
		default:
			for _, key := range []string{row[1], row[3]} {
				if key == "" {
					continue
				}
				form := regexp.QuoteMeta(prefix + key)
				form = placeholder.ReplaceAllStringFunc(form, func(p string) string { return placeholders[strings.Trim(p, "<>")] })
				form = strings.ReplaceAll(form, "…", ".+")
				objects = append(objects, documented{key: regexp.MustCompile("^" + form + "$"), fields: sections[row[2]]})
			}
		}
	}
	return objects
}

// documentedBy finds the row of a key. Of two that fit, the lower one in the table is the more specific.
func documentedBy(objects []documented, key string) (object documented, found bool) {
	for _, object := range slices.Backward(objects) {
		if object.key.MatchString(key) {
			return object, true
		}
	}
	return documented{}, false
}

// watch collects the fields of each object that is in the bucket before a run ends, by key.
func watch(t *testing.T, store *staging.Store, done <-chan error) map[string]map[string]bool {
	t.Helper()
	seen := map[string]map[string]bool{}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for over := false; !over; {
		select {
		case err := <-done:
			if over = true; err != nil {
				t.Fatal(err)
			}
		case <-tick.C:
		}
		for key, err := range store.List(t.Context(), "") {
			if err != nil {
				t.Fatal(err)
			}
			if seen[key] == nil {
				seen[key] = fieldsOf(t, store, key)
			}
		}
	}
	return seen
}

// TestStorage_isDocumented watches the bucket during a sync and looks up each object, and the fields of it, in docs/storage.md.
func TestStorage_isDocumented(t *testing.T) {
	t.Parallel()
	objects := documentedObjects(t)
	if len(objects) < 25 {
		t.Fatalf("%s lists %d objects", storage, len(objects))
	}
	p := newPlant(t, server.Options{Reports: 600, Columns: 3, Faults: []server.Fault{
		{Name: "upload_stall", Delay: 500 * time.Millisecond}, // what a sync removes at its end is there long enough to be seen
	}}, nil)
	run := p.start(t, workflows.SyncID("acme"))
	done := make(chan error, 1)
	go func() { done <- run.Get(t.Context(), nil) }()
	seen := watch(t, p.store, done)
	for _, part := range []string{
		"/plan/0000", "/plan/plan.json", "/described", "/records/", "/owner/", "/logins/", "/usage/", "/upload/", "/account", "/accounts/",
		"/starts/", "/counted",
	} {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(seen)), func(key string) bool { return strings.Contains(key, part) }) {
			t.Errorf("no key with %s was seen", part)
		}
	}
	for key, fields := range seen {
		object, found := documentedBy(objects, key)
		if !found {
			t.Errorf("%s is not in %s", key, storage)
		}
		if object.fields == "" {
			continue
		}
		known := map[string]bool{}
		for _, name := range fieldName.FindAllStringSubmatch(object.fields, -1) {
			known[name[1]] = true
		}
		for field := range fields {
			if !known[field] {
				t.Errorf("the field %s of %s is not in %s", field, key, storage)
			}
		}
	}
}

// fieldsOf names the fields of an object: of a stream, those of its first line. Records as Salesforce returned them, and files
// for the catalog, have fields of their own.
func fieldsOf(t *testing.T, store *staging.Store, key string) map[string]bool {
	t.Helper()
	var line []byte
	switch {
	case strings.Contains(key, "/files/"), strings.Contains(key, "/inventory/") && strings.HasSuffix(key, ".zst"), strings.Contains(key, "/sort/"):
		return map[string]bool{}
	case strings.HasSuffix(key, ".zst"), strings.Contains(key, "/describe/"):
		for first, err := range store.Lines(t.Context(), key) {
			if err != nil {
				return nil // it was removed in between
			}
			line = slices.Clone(first)
			break
		}
	default:
		content, err := store.Read(t.Context(), key)
		if err != nil {
			return nil // it was removed in between
		}
		line, _, _ = bytes.Cut(content, []byte("\n"))
	}
	fields := map[string]bool{}
	var members map[string]json.RawMessage
	if json.Unmarshal(line, &members) == nil {
		for name := range members {
			fields[name] = true
		}
	}
	return fields
}
