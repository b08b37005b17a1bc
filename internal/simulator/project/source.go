package project

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

const (
	reportSuffix          = ".report-meta.xml"
	reportFolderSuffix    = ".reportFolder-meta.xml"
	dashboardSuffix       = ".dashboard-meta.xml"
	dashboardFolderSuffix = ".dashboardFolder-meta.xml"
	reportTypeSuffix      = ".reportType-meta.xml"
	objectSuffix          = ".object-meta.xml"
	fieldSuffix           = ".field-meta.xml"
)

// file is one source file and the name that its place gives it: Folder/Sub/Report, Object.Field.
type file struct{ path, name string }

// files are the parts of a project that make up an org, each list in order of path.
type files struct {
	reports, reportFolders, dashboards, dashboardFolders []file
	reportTypes, objects, fields                         []file
}

// scan finds the parts wherever package directories put them.
func scan(fsys fs.FS) (*files, error) {
	found := &files{}
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

func (f *files) add(p string) {
	switch base := path.Base(p); {
	case strings.HasSuffix(base, reportSuffix):
		f.reports = append(f.reports, file{p, fullName(p, "reports", reportSuffix)})
	case strings.HasSuffix(base, reportFolderSuffix):
		f.reportFolders = append(f.reportFolders, file{p, fullName(p, "reports", reportFolderSuffix)})
	case strings.HasSuffix(base, dashboardSuffix):
		f.dashboards = append(f.dashboards, file{p, fullName(p, "dashboards", dashboardSuffix)})
	case strings.HasSuffix(base, dashboardFolderSuffix):
		f.dashboardFolders = append(f.dashboardFolders, file{p, fullName(p, "dashboards", dashboardFolderSuffix)})
	case strings.HasSuffix(base, reportTypeSuffix):
		f.reportTypes = append(f.reportTypes, file{p, strings.TrimSuffix(base, reportTypeSuffix)})
	case strings.HasSuffix(base, objectSuffix):
		f.objects = append(f.objects, file{p, plainName(strings.TrimSuffix(base, objectSuffix))})
	case strings.HasSuffix(base, fieldSuffix):
		object := plainName(path.Base(path.Dir(path.Dir(p))))
		f.fields = append(f.fields, file{p, object + "." + plainName(strings.TrimSuffix(base, fieldSuffix))})
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

// plainName drops the mark that stands for a package's namespace until its release.
func plainName(name string) string { return strings.ReplaceAll(name, "___NAMESPACE___", "") }

// source reads the project's files.
type source struct{ fsys fs.FS }

// read decodes a file whose outermost element is root, and gives its text back.
func (s source) read(f file, root string, into any) (string, error) {
	data, err := fs.ReadFile(s.fsys, f.path)
	if err != nil {
		return "", fmt.Errorf("read a source file: %w", err)
	}
	if line, err := decode(data, root, into); err != nil {
		return "", fmt.Errorf("%s:%d: %w", f.path, line, err)
	}
	return string(data), nil
}

// decode reads one XML document, and tells the line at which it stopped.
func decode(data []byte, root string, into any) (line int, err error) {
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
