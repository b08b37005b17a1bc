package bucket

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

// The kinds of buckets that need something of their own, by the scheme of their URLs.
const (
	kindFolder = "file"
	kindMemory = "mem" // ends with the process
	kindS3     = "s3"
	kindGoogle = "gs"
	kindAzure  = "azblob"
)

// address is a parsed bucket URL.
type address struct {
	place
	url      string // for the driver
	dir      string // the folder of a file bucket
	fileMode os.FileMode
	secrets  []string // parts of the URL that may be one
}

// defaultDirMode keeps the bucket to the user who runs Longhaul: it holds the names of an org's reports.
const defaultDirMode = 0o700

func parseAddress(raw string) (address, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, invalid("the storage address is not a URL; write one such as file:///var/lib/longhaul")
	}
	if u.Scheme == "" {
		return address{}, invalid("the storage %q names no kind of bucket; for a folder write file://%s", redact(u), slashed(u.Path))
	}
	if !isLinked(u.Scheme) {
		return address{}, invalid("the storage %q has a kind that this program does not know; it knows %s",
			redact(u), strings.Join(blob.DefaultURLMux().BucketSchemes(), ", "))
	}
	if u.Scheme != kindFolder {
		return parseCloud(u, raw)
	}
	return parseFolder(u)
}

// parseCloud refuses what a driver would ignore without a word: a path, as if it were a prefix, and a host with a port in the
// place of a name. Two deployments must never share a bucket by accident.
func parseCloud(u *url.URL, raw string) (address, error) {
	a := address{url: raw, place: place{kind: u.Scheme, name: redact(u)}, secrets: secretsOf(u)}
	q := u.Query()
	path := strings.Trim(u.Path, "/")
	switch {
	case u.Scheme == kindMemory && path == "":
		return a, nil
	case path != "":
		return address{}, invalid("the storage %q has a path, which the address of a bucket has not; to keep to a part of the bucket write "+
			"%s://%s?prefix=%s/ (and any other parameter after a &)%s", redact(u), u.Scheme, u.Hostname(), path, endpointHint(u))
	case u.Hostname() == "":
		return address{}, invalid("the storage %q names no bucket; write one such as %s://name", redact(u), u.Scheme)
	case u.Port() != "":
		return address{}, invalid("the storage %q has a port, which the address of a bucket has not%s", redact(u), endpointHint(u))
	case q.Has("key"):
		return address{}, invalid("the storage %q has a key, which would make one object of the bucket; remove it from the address", redact(u))
	}
	a.host = hostOf(u)
	return a, nil
}

// endpointHint helps people who wrote the address of a server as that of a bucket.
func endpointHint(u *url.URL) string {
	if u.Port() == "" || u.Scheme != kindS3 {
		return ""
	}
	return fmt.Sprintf("; a server of your own is written s3://name?endpoint=http://%s&use_path_style=true", u.Host)
}

// hostOf returns the host of a cloud bucket, as far as its URL says.
func hostOf(u *url.URL) string {
	q := u.Query()
	if end, err := url.Parse(q.Get("endpoint")); err == nil && end.Host != "" {
		return end.Host
	}
	return q.Get("domain")
}

// parseFolder adds what a folder needs to be a safe bucket: temporary files beside the final ones (a rename across disks
// fails), no extra files for attributes, and no access for other users.
func parseFolder(u *url.URL) (address, error) {
	path := u.Path
	switch u.Host {
	case "", "localhost":
	case ".":
		path = strings.TrimPrefix(path, "/")
	default:
		return address{}, invalid("the storage %q names a machine; a folder is written with three slashes: file:///%s%s",
			redact(u), u.Host, u.Path)
	}
	if path == "" {
		return address{}, invalid("the storage %q names no folder; write one such as file:///var/lib/longhaul", redact(u))
	}
	q := u.Query()
	if q.Has("prefix") || q.Has("key") {
		return address{}, invalid("the storage %q has a prefix; for a folder put it into the path", redact(u))
	}
	mode, err := parseDirMode(q.Get("dir_file_mode"))
	if err != nil {
		return address{}, invalid("the storage %q has a dir_file_mode that is not a number such as 0700", redact(u))
	}
	if os.PathSeparator != '/' {
		path = strings.TrimPrefix(path, "/")
	}
	dir, err := filepath.Abs(filepath.FromSlash(path))
	if err != nil {
		return address{}, invalid("the storage %q cannot be resolved from the working directory; write the whole path", redact(u))
	}
	q.Set("create_dir", "true")
	q.Set("no_tmp_dir", "true")
	q.Set("metadata", "skip")
	q.Set("dir_file_mode", fmt.Sprintf("0%o", mode))
	name := redact(u)
	u.RawQuery = q.Encode()
	return address{url: u.String(), place: place{kind: u.Scheme, name: name}, dir: dir, fileMode: mode & 0o666}, nil
}

func parseDirMode(text string) (os.FileMode, error) {
	if text == "" {
		return defaultDirMode, nil
	}
	n, err := strconv.ParseUint(text, 0, 32)
	return os.FileMode(n).Perm(), err
}

func isLinked(scheme string) bool {
	return blob.DefaultURLMux().ValidBucketScheme(scheme)
}

// redact keeps the part of a URL that names the bucket: queries and user parts can carry keys.
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

// openFault is the error of a bucket that could not be opened. The cause is no part of the sentence about a cloud bucket, as
// drivers quote the whole URL.
func (a address) openFault(err error) error {
	if a.dir == "" {
		return &fault.Error{
			Class: fault.Invalid, System: fault.Bucket,
			Message: fmt.Sprintf("cannot open the bucket %s; check its address and the credentials of this machine", a.name),
			Err:     a.withoutSecrets(err),
		}
	}
	if why := diskReason(err); why != "" {
		return invalid("cannot use the bucket %s: %s", a.name, why)
	}
	return invalid("cannot use the bucket %s: it is not a folder or cannot be made; set another storage", a.name)
}

// secretsOf lists the parts of a URL that are not shown: its user part and the values of its query.
func secretsOf(u *url.URL) (secrets []string) {
	if u.User != nil {
		secrets = append(secrets, u.User.String())
	}
	for _, values := range u.Query() {
		secrets = append(secrets, values...)
	}
	return slices.DeleteFunc(secrets, func(s string) bool { return s == "" })
}

// withoutSecrets returns a driver's error with the bucket's name where it quotes the URL; nil if a value of the URL is left.
func (a address) withoutSecrets(err error) error {
	text := strings.ReplaceAll(err.Error(), a.url, a.name)
	for _, secret := range a.secrets {
		if strings.Contains(text, secret) || strings.Contains(text, url.QueryEscape(secret)) {
			return nil
		}
	}
	return errors.New(text)
}
