package sizes_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// small bounds, so that little code is beyond them.
var small = bounds{methods: 2, function: 4, file: 12, files: 1}

func TestMeasure_findsWhatIsBeyondItsBound(t *testing.T) {
	for name, test := range map[string]struct {
		files map[string]string
		lines map[string]int
		want  []string
	}{
		"nothing": {files: map[string]string{"a/a.go": "// Package a is one.\npackage a\n\nfunc f() {\n\t_ = 1\n\t_ = 2\n}\n"}},
		"a long file": {
			files: map[string]string{"a/a.go": documented + strings.Repeat("\n", 12)},
			want:  []string{"file a/a.go: 14 lines, at most 12"},
		},
		"a long file of tests": {
			files: map[string]string{"a/a.go": documented, "a/a_test.go": "package a_test\n" + strings.Repeat("\n", 12)},
			want:  []string{"file a/a_test.go: 13 lines, at most 12"},
		},
		"a file with a bound of its own": {
			files: map[string]string{"a/a.go": documented + "\n"},
			lines: map[string]int{"a/a.go": 2, "a/gone.go": 9},
			want:  []string{"file a/a.go: 3 lines, at most 2", "file a/gone.go: it has a bound of its own and is not there"},
		},
		"many files": {
			files: map[string]string{"a/a.go": documented, "a/b.go": "package a\n", "a/a_test.go": "package a\n", "a/b_test.go": "package a\n"},
			want:  []string{"package a: 2 files without tests, at most 1"},
		},
		"no comment": {
			files: map[string]string{"a/a.go": "package a\n", "a/a_test.go": documented, "b/b_test.go": "package b\n", "c/c_test.go": documented},
			want:  []string{"package a: it has no comment", "package b: it has no comment"},
		},
		"what the go command passes over": {
			files: map[string]string{".a/a.go": "package a\n", "_a/a.go": "package a\n", "testdata/a.go": "package a\n", "a/a.txt": "package a\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			most := small
			most.lines = test.lines
			requireExcesses(t, test.files, most, test.want...)
		})
	}
}

func TestMeasure_countsTheLinesOfFunctionsWithoutTheirTables(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"a function":            {"func f() {\n\n\n\n}\n", []string{"function a.f: 5 lines without its tables, at most 4"}},
		"a method":              {"type t int\n\nfunc (*t) f() {\n\n\n\n}\n", []string{"function a.t.f: 5 lines without its tables, at most 4"}},
		"of a variable":         {"var f = func() {\n\n\n\n}\n", []string{"function a.line 3: 5 lines without its tables, at most 4"}},
		"a table":               {"func f() {\n_ = []int{\n1,\n2,\n3,\n}\n}\n", nil},
		"a map":                 {"func f() {\n_ = map[string]int{\n\"\": 1,\n\n\n}\n}\n", nil},
		"a struct no table":     {"func f() {\n_ = t{\n\n\n}\n}\n", []string{"function a.f: 6 lines without its tables, at most 4"}},
		"a function in a table": {"func f() {\n_ = []any{\n1, func() {\n\n\n\n},\n}\n}\n", []string{"function a.f: 7 lines without its tables, at most 4"}},
		"a table in that":       {"func f() {\n_ = []any{func() {\n_ = []int{\n1,\n2,\n3}\n}}\n}\n", []string{"function a.f: 5 lines without its tables, at most 4"}},
		"a table by itself":     {"var f = []int{\n1,\n2,\n3,\n4,\n5,\n}\n", nil},
	} {
		t.Run(name, func(t *testing.T) {
			requireExcesses(t, map[string]string{"a/a.go": documented + test.text}, small, test.want...)
		})
	}
}

func TestMeasure_countsWhatWorksOnAType(t *testing.T) {
	const three = "type a.t: 3 methods and functions that take it first, at most 2"
	for name, test := range map[string]struct {
		text, tests string
		want        []string
	}{
		"methods":                {text: "type t struct{}\nfunc (t) a() {}\nfunc (*t) b() {}\nfunc (x *t) c() {}\n", want: []string{three}},
		"functions":              {text: "type t struct{}\nfunc (t) a() {}\nfunc b(*t) {}\nfunc c(x t) {}\n", want: []string{three}},
		"behind a context":       {text: "type t struct{}\nfunc (t) a() {}\nfunc b(context.Context, *t) {}\nfunc c(w workflow.Context, x t) {}\n", want: []string{three}},
		"of a generic type":      {text: "type t[K, V any] map[K]V\nfunc (t[K, V]) a() {}\nfunc b(t[int, int]) {}\nfunc (*t[K, V]) c() {}\n", want: []string{three}},
		"a second parameter":     {text: "type t struct{}\nfunc (t) a() {}\nfunc (t) b() {}\nfunc c(n int, x t) {}\n"},
		"of another package":     {text: "type t struct{}\nfunc (t) a() {}\nfunc (t) b() {}\nfunc c(x b.t) {}\n"},
		"an interface":           {text: "type t interface{}\nfunc a(t) {}\nfunc b(t) {}\nfunc c(t) {}\n"},
		"a function":             {text: "type t func()\nfunc a(t) {}\nfunc b(t) {}\nfunc c(t) {}\n"},
		"a plain value":          {text: "type t string\nfunc a(t) {}\nfunc b(t) {}\nfunc c(t) {}\n"},
		"a type of tests":        {tests: "type t struct{}\nfunc (t) a() {}\nfunc b(*testing.T, t) {}\nfunc (t) c() {}\n", want: []string{three}},
		"what tests do with one": {text: "type t struct{}\nfunc (t) a() {}\nfunc (t) b() {}\n", tests: "func c(t) {}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"a/a.go": documented + test.text, "a/a_test.go": "package a\n" + test.tests}
			requireExcesses(t, files, small, test.want...)
		})
	}
}

func TestComplaints_areAboutNeedlessExceptionsToo(t *testing.T) {
	excesses := []excess{{"file a.go", "13 lines"}, {"package b", "2 files"}}
	got := complaints(excesses, map[string]string{"file a.go": "it is one table", "type c.t": "it builds keys"})
	want := []string{"package b: 2 files", "type c.t: the exception is needed no more"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

const documented = "// Package a is one.\npackage a\n"

func requireExcesses(t *testing.T, files map[string]string, most bounds, want ...string) {
	t.Helper()
	tree := fstest.MapFS{}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	found, err := measure(tree, most)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range found {
		got = append(got, e.String())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
