// Package source reads the files of a project in Salesforce source format.
package source

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"
)

// The ends of the names of source files.
const (
	ReportSuffix          = ".report-meta.xml"
	reportFolderSuffix    = ".reportFolder-meta.xml"
	DashboardSuffix       = ".dashboard-meta.xml"
	dashboardFolderSuffix = ".dashboardFolder-meta.xml"
	reportTypeSuffix      = ".reportType-meta.xml"
	objectSuffix          = ".object-meta.xml"
	fieldSuffix           = ".field-meta.xml"
)

// File is one source file and the name that its place gives it: Folder/Sub/Report, Object.Field.
type File struct{ Path, Name string }

// Files are the parts of a project that make up an org, each list in order of path.
type Files struct {
	Reports, ReportFolders, Dashboards, DashboardFolders []File
	ReportTypes, Objects, Fields                         []File
}

// Scan finds the parts, whatever package directories hold them.
func Scan(fsys fs.FS) (*Files, error) {
	found := &Files{}
	err := fs.WalkDir(fsys, ".", func(p string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if p != "." && (strings.HasPrefix(base, ".") || base == "node_modules") {
				return fs.SkipDir
			}
			return nil
		}
		found.add(p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the project's folders: %w", err)
	}
	return found, nil
}

func (f *Files) add(p string) {
	switch base := path.Base(p); {
	case strings.HasSuffix(base, ReportSuffix):
		f.Reports = append(f.Reports, File{p, fullName(p, "reports", ReportSuffix)})
	case strings.HasSuffix(base, reportFolderSuffix):
		f.ReportFolders = append(f.ReportFolders, File{p, fullName(p, "reports", reportFolderSuffix)})
	case strings.HasSuffix(base, DashboardSuffix):
		f.Dashboards = append(f.Dashboards, File{p, fullName(p, "dashboards", DashboardSuffix)})
	case strings.HasSuffix(base, dashboardFolderSuffix):
		f.DashboardFolders = append(f.DashboardFolders, File{p, fullName(p, "dashboards", dashboardFolderSuffix)})
	case strings.HasSuffix(base, reportTypeSuffix):
		f.ReportTypes = append(f.ReportTypes, File{p, strings.TrimSuffix(base, reportTypeSuffix)})
	case strings.HasSuffix(base, objectSuffix):
		f.Objects = append(f.Objects, File{p, PlainName(strings.TrimSuffix(base, objectSuffix))})
	case strings.HasSuffix(base, fieldSuffix):
		object := PlainName(path.Base(path.Dir(path.Dir(p))))
		f.Fields = append(f.Fields, File{p, object + "." + PlainName(strings.TrimSuffix(base, fieldSuffix))})
	}
}

// fullName is the path below the folder of a metadata type. File names escape what a file system may refuse.
func fullName(p, root, suffix string) string {
	if i := strings.LastIndex("/"+p, "/main/default/"); i >= 0 {
		p = p[i+len("main/default/"):]
	}
	parts := strings.Split(strings.TrimSuffix(p, suffix), "/")
	if i := slices.Index(parts, root); i >= 0 && i < len(parts)-1 {
		parts = parts[i+1:]
	}
	for i, part := range parts {
		if plain, err := url.PathUnescape(part); err == nil {
			parts[i] = plain
		}
	}
	return strings.Join(parts, "/")
}

// PlainName removes the placeholder for a package's namespace.
func PlainName(name string) string { return strings.ReplaceAll(name, "___NAMESPACE___", "") }

// Tree reads the files of a project.
type Tree struct{ fs.FS }

// Read decodes a file whose outermost element is root, and returns its text.
func (t Tree) Read(f File, root string, into any) (string, error) {
	data, err := fs.ReadFile(t.FS, f.Path)
	if err != nil {
		return "", fmt.Errorf("read a source file: %w", err)
	}
	if line, err := Decode(data, root, into); err != nil {
		return "", fmt.Errorf("%s:%d: %w", f.Path, line, err)
	}
	return string(data), nil
}

// Decode reads one XML document, and gives the line at which it stopped.
func Decode(data []byte, root string, into any) (line int, err error) {
	dec := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	dec.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("the encoding %q is not supported; save the file as UTF-8", charset)
	}
	if err := element(dec, root, into); err != nil {
		line, _ = dec.InputPos()
		var syntax *xml.SyntaxError
		if errors.As(err, &syntax) {
			return syntax.Line, fmt.Errorf("the file is no well-formed XML: %s", syntax.Msg)
		}
		return line, err
	}
	return 0, nil
}

// element reads the one element of a document, and the rest to its end.
func element(dec *xml.Decoder, root string, into any) error {
	seen := false
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) && seen {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("the file holds no <%s>", root)
		}
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if seen || start.Name.Local != root {
			return fmt.Errorf("found <%s> where one <%s> belongs", start.Name.Local, root)
		}
		seen = true
		if err := dec.DecodeElement(into, &start); err != nil {
			return err
		}
	}
}

// First is the first text that is not blank, without the blanks around it.
func First(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

// IsNo reports whether an element says false.
func IsNo(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "false") }

// IsYes reports whether an element says true.
func IsYes(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "true") }
