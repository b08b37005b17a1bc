package httpkit

import (
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"
)

func inUTF16(text string, order binary.AppendByteOrder, mark bool) string {
	var out []byte
	if mark {
		text = "\ufeff" + text
	}
	for _, unit := range utf16.Encode([]rune(text)) {
		out = order.AppendUint16(out, unit)
	}
	return string(out)
}

func TestPage_isFoundHoweverItBegins(t *testing.T) {
	t.Parallel()
	const page = "<html><head><title>\n Sign in &amp;\tgo on </title></head><body><h1>Welcome</h1></body></html>"
	const called = "Sign in & go on"
	for name, row := range map[string]struct{ body, title string }{
		"plainly":                              {page, called},
		"with a doctype":                       {"<!DOCTYPE html>\n" + page, called},
		"with an old doctype":                  {`<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">` + page, called},
		"as XHTML":                             {`<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x">` + page, called},
		"with whitespace":                      {" \r\n\t\f " + page, called},
		"with a BOM":                           {"\xef\xbb\xbf" + page, called},
		"with a comment":                       {"<!-- made by the proxy -->" + page, called},
		"with a BOM and a comment":             {"\xef\xbb\xbf\n<!-- x --><!-- y -->\n" + page, called},
		"with a comment of 4 kB":               {"<!--" + strings.Repeat("=", 4096) + "-->" + page, called},
		"with a script":                        {"<script>if (a < b) location = '/login'</script>", ""},
		"with a script of capitals":            {"<SCRIPT LANGUAGE=JavaScript>top.location='/login'</SCRIPT>", ""},
		"with a script of JSON":                {`<script type="application/json">{"a":1}</script>` + page, called},
		"with a meta element":                  {`<meta http-equiv="refresh" content="0;url=https://portal.invalid/">`, ""},
		"with a fragment":                      {`<div class="error"><h1>Blocked</h1></div>`, "Blocked"},
		"with text":                            {"Access denied. <a href=/login>Sign in</a>", ""},
		"with text that looks like JSON":       {"{{ banner }}" + page, called},
		"with a bracket":                       {"[portal] " + page, called},
		"with JSON before it":                  {`{"a":1}` + page, called},
		"with an element of its own":           {"<app-root></app-root>", ""},
		"with a heading and no title":          {"<body><h1>Service <b>Unavailable</b></h1>", "Service Unavailable"},
		"with nothing but a comment":           {"<!-- nothing else -->", ""},
		"with a comment that does not end":     {"<!-- " + strings.Repeat("=", 100), ""},
		"in UTF-16 with a mark, little-endian": {inUTF16(page, binary.LittleEndian, true), called},
		"in UTF-16 with a mark, big-endian":    {inUTF16(page, binary.BigEndian, true), called},
		"in UTF-16, little-endian":             {inUTF16(page, binary.LittleEndian, false), called},
		"in UTF-16, big-endian":                {inUTF16("<!-- x -->"+page, binary.BigEndian, false), called},
		"with a title that is too long":        {"<title>" + strings.Repeat("é", 200) + "</title>", strings.Repeat("é", 79) + "…"},
		"with a title of control characters":   {"<title>a\x1b[31mb\u202e</title>", "a[31mb"},
		"cut off in the title":                 {"<html><head><title>Sign in", "Sign in"},
	} {
		if title, is := Page([]byte(row.body)); !is || title != row.title {
			t.Errorf("%s: %v, %q, want %q", name, is, title, row.title)
		}
	}
}

func TestPage_isNoAnswerOfAService(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"nothing":                "",
		"a space":                " \n",
		"a word":                 "OK",
		"a number":               "1",
		"a smaller-than sign":    "1 < 2 and 3 > 2",
		"an object":              `{"message":"received"}`,
		"an object with a BOM":   "\xef\xbb\xbf{\"message\":\"received\"}",
		"an object of HTML":      `{"html":"<html><body><script>x</script></body></html>"}`,
		"an array of HTML":       `["<!DOCTYPE html>"]`,
		"a string of HTML":       `"<html></html>"`,
		"an object that is cut":  `{"message":"stored <b>3</b> files in <script>`,
		"an array that is cut":   `[{"message":"<html>"},{"mess`,
		"XML of a store":         `<?xml version="1.0"?><PostResponse><Location>x</Location><Bucket>b</Bucket><Key>k</Key></PostResponse>`,
		"XML with a comment":     `<?xml version="1.0"?><!-- x --><Error><Code>AccessDenied</Code></Error>`,
		"XML with a title":       `<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><link href="x"/></feed>`,
		"XML of a service":       `<soapenv:Envelope><soapenv:Body/></soapenv:Envelope>`,
		"an object in UTF-16":    inUTF16(`{"a":"<html>"}`, binary.LittleEndian, true),
		"one byte":               "<",
		"bytes that are no text": "\x1f\x8b\x08\x00",
	} {
		if title, is := Page([]byte(body)); is {
			t.Errorf("%s is taken for a page called %q", name, title)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte("<!-- x --><script>y</script><title>z"))
	f.Add([]byte("\xff\xfe<\x00a\x00>\x00"))
	f.Fuzz(func(t *testing.T, body []byte) {
		title, is := Page(body)
		if len([]rune(title)) > longestTitle || !is && title != "" || strings.ContainsAny(title, "\n\r\x00") {
			t.Errorf("%q: %q, %v", body, title, is)
		}
	})
}
