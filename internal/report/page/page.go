// Package page writes the page of a sync in HTML.
package page

import (
	"html/template"
	"io"

	"longhaul/internal/report"
)

var plain = template.Must(template.New("page").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{.Source}}: {{.Sync}}</title></head>
<body><h1>{{.Source}}</h1><p>The sync {{.Sync}}{{with .Record}}: {{.Outcome}}{{end}}{{with .End}}: {{.Outcome}}{{end}}.</p></body></html>
`))

// Write writes the page.
func Write(w io.Writer, d *report.Data) error { return plain.Execute(w, d) }
