package bucket

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/fault"
)

func TestID_staysWithTheBucket(t *testing.T) {
	t.Parallel()
	url := fileURL(filepath.Join(t.TempDir(), "a folder"))
	first, err := openBucket(t, url).ID(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := openBucket(t, url).ID(t.Context())
	if err != nil || again != first || len(first) != 32 {
		t.Errorf("got %q after %q, %v", again, first, err)
	}
	other, err := folderBucket(t).ID(t.Context())
	if err != nil || other == first {
		t.Errorf("another bucket: %q, %v", other, err)
	}
}

func TestOpen_saysWhatToChange(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct{ url, want string }{
		"a path is no URL":               {"/var/lib/longhaul", "write file:///var/lib/longhaul"},
		"a kind that is not linked":      {"ftp://user:secret@host/x?password=secret", "it knows file, mem"},
		"a machine in a file URL":        {"file://var/lib", "file:///var/lib"},
		"no folder":                      {"file://", "names no folder"},
		"a prefix on a folder":           {"file:///tmp?prefix=a", "put it into the path"},
		"a mode that is no number":       {"file:///tmp?dir_file_mode=rwx", "0700"},
		"not a URL":                      {"file://%zz?sig=secret", "not a URL"},
		"a file where a folder is meant": {fileURL(file), "not a folder"},
		"a file on the way":              {fileURL(filepath.Join(file, "below")), "a file is where a folder should be"},
		"a parameter nobody knows":       {"mem://?sig=secret", "check its address"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Open(t.Context(), test.url)
			if !fault.Is(err, fault.Invalid) || fault.From(err).System != fault.Bucket {
				t.Fatalf("got %v, want a fault of class invalid", err)
			}
			if !strings.Contains(err.Error(), test.want) {
				t.Errorf("%q does not say %q", err, test.want)
			}
			if strings.Contains(err.Error(), "secret") {
				t.Errorf("%q tells a secret", err)
			}
		})
	}
}

func TestOpen_keepsAFolderToItsUser(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		query     string
		dir, file fs.FileMode
	}{
		"by default":             {"", 0o700, 0o600},
		"with a group on demand": {"?dir_file_mode=0750", 0o750, 0o640},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := openBucket(t, fileURL(filepath.Join(t.TempDir(), "bucket"))+test.query)
			if _, err := b.WriteNew(t.Context(), "a/b", nil); err != nil {
				t.Fatal(err)
			}
			put(t, b, "a/c", "{}")
			for path, want := range map[string]fs.FileMode{"": test.dir, "a": test.dir, "a/b": test.file, "a/c": test.file} {
				info, err := os.Stat(b.folder.path(path))
				if err != nil || info.Mode().Perm() != want {
					t.Errorf("%q has %v, %v; want %v", path, info.Mode().Perm(), err, want)
				}
			}
			if strings.Contains(b.String(), "?") {
				t.Errorf("the name %q shows the query", b)
			}
		})
	}
}

func TestFault_saysWhatToChange(t *testing.T) {
	t.Parallel()
	p := place{kind: kindFolder, name: "file:///data"}
	tests := map[string]struct {
		err  error
		want string
	}{
		"no access":        {&fs.PathError{Op: "open", Path: "/data/x", Err: syscall.EACCES}, "cannot write to the bucket file:///data: permission denied; give the user"},
		"a full disk":      {&fs.PathError{Op: "write", Path: "/data/x", Err: syscall.ENOSPC}, "the disk is full; make room on it"},
		"a read-only disk": {&fs.PathError{Op: "open", Path: "/data/x", Err: syscall.EROFS}, "read-only"},
		"anything else":    {errors.New("boom"), "cannot write to the bucket file:///data: k: boom"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := p.fault(writing, "k", test.err)
			f := fault.From(err)
			if f == nil || f.Class != fault.Transient || f.System != fault.Bucket || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v of %+v, want a transient fault with %q", err, f, test.want)
			}
			if final := unusable(err); diskReason(test.err) != "" && !fault.Is(final, fault.Invalid) {
				t.Errorf("at the first write: %v, want class invalid", final)
			}
		})
	}
}

func TestUnreadable_isOnlyWhatDoesNotPassByItself(t *testing.T) {
	t.Parallel()
	p := place{kind: kindFolder, name: "file:///data"}
	for cause, want := range map[error]bool{
		fs.ErrNotExist: true, syscall.EACCES: true, syscall.EPERM: true, syscall.EIO: true, syscall.EISDIR: true,
		syscall.ENOTDIR: true, syscall.ELOOP: true,
		syscall.EMFILE: false, syscall.ENFILE: false, syscall.ENOMEM: false, syscall.EINTR: false, syscall.ESTALE: false,
		syscall.ETIMEDOUT: false, io.ErrUnexpectedEOF: false,
	} {
		err := fmt.Errorf("plan: %w", p.fault(reading, "k", &fs.PathError{Op: "open", Path: "/data/k", Err: cause}))
		if got := Unreadable(err); got != want {
			t.Errorf("%v: unreadable %v, want %v", err, got, want)
		}
	}
	if network := p.fault(reading, "k", &net.OpError{Op: "read", Err: syscall.EIO}); Unreadable(network) {
		t.Errorf("%v is thought to last", network)
	}
}

// On a real disk, other things are in place of an object. The errors are those of the driver.
func TestUnreadable_onADisk(t *testing.T) {
	t.Parallel()
	b := folderBucket(t)
	if err := b.Write(t.Context(), "file", nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(b.folder.path("folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("loop", b.folder.path("loop")); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"folder", "loop", "file/below"} {
		if _, err := b.Read(t.Context(), key); !Unreadable(err) {
			t.Errorf("%s: %v is thought to pass", key, err)
		}
	}
}

func TestFault_ofARefusedDeleteIsFinal(t *testing.T) {
	t.Parallel()
	p := place{kind: kindFolder, name: "file:///data"}
	err := p.fault(erasing, "k", &fs.PathError{Op: "remove", Path: "/data/k", Err: syscall.EPERM})
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "the right to delete") || !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v", err)
	}
	if err := p.fault(erasing, "k", errors.New("boom")); !fault.Is(err, fault.Transient) {
		t.Errorf("any other failure: %v", err)
	}
}

func TestFault_ofAMissingBucketIsFinal(t *testing.T) {
	t.Parallel()
	cloud := place{kind: kindS3, name: "s3://longhaul"}
	for _, do := range []action{writing, listing} {
		err := cloud.fault(do, "k", fs.ErrNotExist)
		want := "there is no bucket s3://longhaul: check storage"
		if !fault.Is(err, fault.Invalid) || errors.Is(err, ErrNotExist) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", do, err)
		}
	}
	if err := cloud.fault(reading, "k", fs.ErrNotExist); !fault.Is(err, fault.Transient) || !errors.Is(err, ErrNotExist) {
		t.Errorf("an object that is missing: %v", err)
	}
	folder := place{kind: kindFolder, name: "file:///data"}
	if err := folder.fault(writing, "k", fs.ErrNotExist); !fault.Is(err, fault.Transient) || errors.Is(err, ErrNotExist) {
		t.Errorf("a folder that another process removes: %v", err)
	}
}

func TestID_refusesAFolderThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("the superuser may write everywhere")
	}
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	_, err := openBucket(t, fileURL(dir)).ID(t.Context())
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "permission denied; give the user") {
		t.Errorf("got %v", err)
	}
}
