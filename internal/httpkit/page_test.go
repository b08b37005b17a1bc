package httpkit

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
	"unicode/utf16"
)

const page = "<html><head><title>Sign in &ndash; Gateway</title></head><body><h1>Hello</h1></body></html>"

func utf16Of(text string, bigEndian, mark bool) []byte {
	units := utf16.Encode([]rune(text))
	if mark {
		units = append([]uint16{0xfeff}, units...)
	}
	var b []byte
	for _, u := range units {
		if bigEndian {
			b = append(b, byte(u>>8), byte(u))
		} else {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return b
}

func packed(text string) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func TestPage_howeverItBegins(t *testing.T) {
	t.Parallel()
	for name, body := range map[string][]byte{
		"plainly":                       []byte(page),
		"a doctype":                     []byte("<!DOCTYPE html>\n" + page),
		"capitals":                      []byte("\r\n <HTML><HEAD><TITLE>Sign in – Gateway</TITLE>"),
		"a byte order mark, a comment":  []byte("\xef\xbb\xbf<!-- served by edge 7 -->" + page),
		"a script":                      []byte("<script>if (a < b) { top.location = '/login' }</script>" + page),
		"an XML declaration":            []byte(`<?xml version="1.0"?>` + page),
		"white space of all kinds":      []byte("\t\u00a0\v\f\u2028\u200b" + page),
		"much white space":              append(bytes.Repeat([]byte(" "), 20<<10), page...),
		"a long comment":                []byte("<!--" + strings.Repeat("x", 20<<10) + "-->" + page),
		"a line of text":                []byte("Warning: session_start() failed in line 3\n" + page),
		"a quote":                       []byte(`"<html><head><title>Sign in – Gateway</title>`),
		"as a JSON string":              []byte(`"\u003chtml\u003e\u003ctitle\u003eSign in – Gateway\u003c/title\u003e"`),
		"UTF-16 with a mark":            utf16Of(page, false, true),
		"UTF-16 with a mark, big":       utf16Of(page, true, true),
		"UTF-16 without a mark":         utf16Of(page, false, false),
		"UTF-16 without a mark, big":    utf16Of(page, true, false),
		"packed, though nobody asked":   packed(page),
		"packed and cut":                packed(page + strings.Repeat("<p>text</p>", 9000))[:100],
		"zero bytes":                    []byte("\x00\x00" + page),
		"cut within its head":           []byte("<html><head><title>Sign in – Gateway"),
		"a self-closing tag":            []byte("<meta/>" + page),
		"an end tag that nobody opened": []byte("</div>" + page),
	} {
		title, is := Page(body)
		if !is || title != "Sign in – Gateway" {
			t.Errorf("%s: got %q, %t", name, title, is)
		}
	}
}

func TestPage_answersAreNone(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		"", " \r\n", "OK", "null", "true", "42", `"delivered"`, `{"ok":true}`, `[{"message":"no"}]`,
		`{"description":"<html><body>a report about <script></body></html>"}`, `["<html>"]`,
		"a<html", "1 < 2", "<", "< html", "\xef\xbb\xbf{}", "\x1f\x8bno gzip",
		"headline: <headline>",
	} {
		if title, is := Page([]byte(body)); is {
			t.Errorf("%q passes for a page called %q", body, title)
		}
	}
	if _, is := Page(nil); is {
		t.Error("nothing passes for a page")
	}
}

func TestPage_titleIsShortAndHoldsNoSecret(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, body, want string }{
		{"its heading", "<body><h1>Access\n denied</h1><p>Ask IT.", "Access denied"},
		{"its first words", "<style>p{}</style><p>Please <b>log in</b>", "Please log in"},
		{"nothing", "<script>location.href='/x'</script>", ""},
		{"an empty title", "<title> </title><h1>Blocked", "Blocked"},
		{"a control sequence", "<title>red \x1b[31malert\x07</title>", "red [31malert"},
		{"a value to hide", "<title>token hush-hush is wrong</title>", "token … is wrong"},
		{"what looks like a key", "<title>key 00D5g000004Abcd!AQ1leaked.token refused</title>", "key … refused"},
		{"an address", "<title>Hello jane.doe@acme.example</title>", "Hello …"},
		{"much", "<title>" + strings.Repeat("word ", 50) + "</title>", strings.TrimSpace(strings.Repeat("word ", 16)) + "…"},
		{"broken text", "<title>caf\xe9</title>", "caf?"},
	} {
		if got, is := Page([]byte(c.body), "hush-hush", "a"); !is || got != c.want {
			t.Errorf("%s: got %q, %t, want %q", c.name, got, is, c.want)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(page))
	f.Add(utf16Of(page, false, true))
	f.Add(packed(page))
	f.Add([]byte(`"\u003chtml`))
	f.Fuzz(func(t *testing.T, body []byte) {
		title, is := Page(body, "secret")
		if !is && title != "" {
			t.Errorf("no page, but a title: %q", title)
		}
		if len([]rune(title)) > longestTitle+1 || strings.ContainsAny(title, "\r\n\x1b\x00") || strings.Contains(title, "secret") {
			t.Errorf("title %q is not fit to be shown", title)
		}
	})
}
