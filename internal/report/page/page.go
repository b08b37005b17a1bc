// Package page writes the page of a sync: one file of HTML that asks no host for anything.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"

	"longhaul/internal/humanize"
	"longhaul/internal/report"
)

// MostBytes bounds a page: one that is larger does not open at once.
const MostBytes = 2_000_000

var (
	//go:embed page.css
	style template.CSS
	//go:embed search.js
	script template.JS
	//go:embed page.gohtml
	layout string

	page = template.Must(template.New("page").Funcs(template.FuncMap{
		"number": number, "moment": moment, "began": began, "gapWords": gapWords, "coded": coded, "count": counted,
		"open": func(rows int) int { return min(rows, mostOpen) },
	}).Parse(layout))
)

// Policy is the content security policy of the page: its own style and its own script, and nothing else.
func Policy() string {
	return "default-src 'none'; style-src " + hash(string(style)) + "; script-src " + hash(string(script)) +
		"; base-uri 'none'; form-action 'none'"
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// Write writes the page. It holds what the page shows, which is bounded, and no more.
func Write(w io.Writer, d *report.Data) error {
	v := &view{Data: d, Policy: Policy(), Style: style, Script: script}
	if err := v.gather(); err != nil {
		return err
	}
	if err := page.Execute(w, v); err != nil {
		return fmt.Errorf("write the page of sync %s: %w", d.Sync, err)
	}
	return nil
}

// mostOpen is how many rows of a long list stand open: the rest unfolds.
const mostOpen = 20

// counted writes how many things there are.
func counted(n any, noun string) (string, error) {
	words, err := number(n)
	if words != "1" {
		noun += "s"
	}
	return words + " " + noun, err
}

// coded is a sentence with what stands between backticks as code.
func coded(words string) template.HTML {
	var b strings.Builder
	for i, part := range strings.Split(words, "`") {
		part = template.HTMLEscapeString(part)
		if i%2 == 1 {
			part = "<code>" + part + "</code>"
		}
		b.WriteString(part)
	}
	return template.HTML(b.String()) // each part is escaped
}

// number writes a whole number of any type for people.
func number(n any) (string, error) {
	switch n := n.(type) {
	case int64:
		return humanize.Number(n), nil
	case int:
		return humanize.Number(int64(n)), nil
	}
	return "", fmt.Errorf("%T is no whole number", n)
}
