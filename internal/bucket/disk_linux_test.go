package bucket

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// strangeDisk is a file system in this process that behaves like a network share, or like a folder that one system shares with
// another: it has no permissions of its own, no hard links and no fsync, and gives a file another number each time.
type strangeDisk struct {
	fs.LoopbackNode
}

var (
	_ fs.NodeSetattrer = (*strangeDisk)(nil)
	_ fs.NodeLinker    = (*strangeDisk)(nil)
	_ fs.NodeFsyncer   = (*strangeDisk)(nil)
	_ fs.NodeGetattrer = (*strangeDisk)(nil)

	_ fs.NodeWrapChilder = (*strangeDisk)(nil)

	next atomic.Uint64
)

// WrapChild makes all that is below strange, too.
func (d *strangeDisk) WrapChild(_ context.Context, ops fs.InodeEmbedder) fs.InodeEmbedder {
	return &strangeDisk{fs.LoopbackNode{RootData: d.RootData}}
}

func (d *strangeDisk) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if _, ok := in.GetMode(); ok {
		return syscall.EPERM
	}
	return d.LoopbackNode.Setattr(ctx, f, in, out)
}

func (*strangeDisk) Link(context.Context, fs.InodeEmbedder, string, *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	return nil, syscall.EPERM
}

func (*strangeDisk) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return syscall.ENOTSUP
}

func (d *strangeDisk) Getattr(ctx context.Context, f fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	errno := d.LoopbackNode.Getattr(ctx, f, out)
	out.Ino = 1000 + next.Add(1)
	return errno
}

// mountStrange mounts one for as long as the test lives.
func mountStrange(t *testing.T) string {
	t.Helper()
	if dev, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0); err != nil || os.Geteuid() != 0 {
		t.Skip("a file system of the test's own needs root and /dev/fuse")
	} else {
		_ = dev.Close()
	}
	below, at := t.TempDir(), t.TempDir()
	root := &fs.LoopbackRoot{Path: below}
	root.RootNode = &strangeDisk{fs.LoopbackNode{RootData: root}}
	server, err := fs.Mount(at, root.RootNode, &fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "strange"}})
	if err != nil {
		t.Skipf("this machine mounts no file system of a test: %v", err)
	}
	t.Cleanup(func() {
		if err := server.Unmount(); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	return at
}

// TestBucket_worksOnAStrangeDisk keeps a bucket on such a disk.
func TestBucket_worksOnAStrangeDisk(t *testing.T) {
	ctx, at := t.Context(), mountStrange(t)
	b := openBucket(t, fileURL(filepath.Join(at, "bucket")))
	first, err := b.ID(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		put(t, b, "a/stream", `{"a":1}`)
		if again, err := b.ID(ctx); err != nil || again != first {
			t.Fatalf("the id %q became %q, %v", first, again, err)
		}
	}
	for i, want := range []bool{true, false} {
		if created, err := b.WriteNew(ctx, "a/once", nil); err != nil || created != want {
			t.Errorf("write %d of a new object: %v, %v", i, created, err)
		}
	}
	if err := b.Copy(ctx, "a/stream", "b/stream"); err != nil {
		t.Error(err)
	}
	if got, err := b.Read(ctx, "b/stream"); err != nil || string(got) != `{"a":1}` {
		t.Errorf("the copy holds %q, %v", got, err)
	}
	if n, err := b.DeleteAll(ctx, "a/"); err != nil || n != 2 {
		t.Errorf("deleted %d, %v", n, err)
	}
}
