package staging

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gocloud.dev/blob"
	// The two drivers that every program links; the clouds' are linked by the mains.
	_ "gocloud.dev/blob/fileblob"
	_ "gocloud.dev/blob/memblob"

	"longhaul/internal/fault"
)

// location is a bucket URL taken apart.
type location struct {
	url      string // what the driver gets
	name     string // what people see
	dir      string // the folder of a file bucket
	fileMode os.FileMode
	secrets  []string // what may be one
}

// defaultDirMode keeps the bucket to the user who runs us: it holds the names of an org's reports.
const defaultDirMode = 0o700

func locate(raw string) (location, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return location{}, invalid("the storage address is not a URL; write one such as file:///var/lib/longhaul")
	}
	if u.Scheme == "" {
		return location{}, invalid("the storage %q names no kind of bucket; for a folder write file://%s", redact(u), slashed(u.Path))
	}
	if !linked(u.Scheme) {
		return location{}, invalid("the storage %q has a kind that this program does not know; it knows %s",
			redact(u), strings.Join(blob.DefaultURLMux().BucketSchemes(), ", "))
	}
	if u.Scheme != "file" {
		return location{url: raw, name: redact(u), secrets: secretsOf(u)}, nil
	}
	return locateFolder(u)
}

// locateFolder adds what a folder needs to be a safe bucket: temporary files beside the final ones (a rename across
// disks fails), no side files for attributes, and nobody else's eyes.
func locateFolder(u *url.URL) (location, error) {
	path := u.Path
	switch u.Host {
	case "", "localhost":
	case ".":
		path = strings.TrimPrefix(path, "/")
	default:
		return location{}, invalid("the storage %q names a machine; a folder is written with three slashes: file:///%s%s",
			redact(u), u.Host, u.Path)
	}
	if path == "" {
		return location{}, invalid("the storage %q names no folder; write one such as file:///var/lib/longhaul", redact(u))
	}
	q := u.Query()
	if q.Has("prefix") || q.Has("key") {
		return location{}, invalid("the storage %q has a prefix; for a folder put it into the path", redact(u))
	}
	mode, err := dirMode(q.Get("dir_file_mode"))
	if err != nil {
		return location{}, invalid("the storage %q has a dir_file_mode that is not a number such as 0700", redact(u))
	}
	if os.PathSeparator != '/' {
		path = strings.TrimPrefix(path, "/")
	}
	dir, err := filepath.Abs(filepath.FromSlash(path))
	if err != nil {
		return location{}, invalid("the storage %q cannot be resolved from the working directory", redact(u))
	}
	q.Set("create_dir", "true")
	q.Set("no_tmp_dir", "true")
	q.Set("metadata", "skip")
	q.Set("dir_file_mode", fmt.Sprintf("0%o", mode))
	name := redact(u)
	u.RawQuery = q.Encode()
	return location{url: u.String(), name: name, dir: dir, fileMode: mode & 0o666}, nil
}

func dirMode(text string) (os.FileMode, error) {
	if text == "" {
		return defaultDirMode, nil
	}
	n, err := strconv.ParseUint(text, 0, 32)
	return os.FileMode(n).Perm(), err
}

func linked(scheme string) bool {
	return blob.DefaultURLMux().ValidBucketScheme(scheme)
}

// redact leaves what names the bucket: queries and user parts of bucket URLs can carry keys.
func redact(u *url.URL) string {
	shown := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, Opaque: u.Opaque}
	return shown.String()
}

func slashed(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	return "/" + strings.TrimPrefix(filepath.ToSlash(path), "/")
}

func invalid(format string, args ...any) *fault.Error {
	return &fault.Error{Class: fault.Invalid, System: fault.Bucket, Message: fmt.Sprintf(format, args...)}
}

// openFault is the error of a bucket that could not be opened. The cause stays out of the sentence of a cloud bucket,
// since drivers quote the whole URL.
func (l location) openFault(err error) error {
	if l.dir == "" {
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: fmt.Sprintf("cannot open the bucket %s; check its address and the credentials of this machine", l.name),
			Err:     l.clean(err),
		}
	}
	if why := reason(err); why != "" {
		return invalid("cannot use the bucket %s: %s", l.name, why)
	}
	return invalid("cannot use the bucket %s: it is not a folder or cannot be made; set another storage", l.name)
}

// secretsOf lists what of a URL is not shown: its user part and the values of its query.
func secretsOf(u *url.URL) (secrets []string) {
	if u.User != nil {
		secrets = append(secrets, u.User.String())
	}
	for _, values := range u.Query() {
		secrets = append(secrets, values...)
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}

// clean gives what a driver said, with the bucket's name where it quotes the URL; nothing if a value of the URL is left.
func (l location) clean(err error) error {
	text := strings.ReplaceAll(err.Error(), l.url, l.name)
	for _, secret := range l.secrets {
		if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
			return nil
		}
	}
	return errors.New(text)
}
