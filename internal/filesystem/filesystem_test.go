package filesystem

import (
	"path/filepath"
	"testing"

	"github.com/moby/sys/mountinfo"
)

func TestRemoteOf_takesTheMountOnTop(t *testing.T) {
	t.Parallel()
	mount := func(at, kind string) *mountinfo.Info { return &mountinfo.Info{Mountpoint: at, FSType: kind} }
	for _, row := range []struct {
		name   string
		mounts []*mountinfo.Info
		want   string
	}{
		{"a network home", []*mountinfo.Info{mount("/", "ext4"), mount("/home", "nfs4")}, "nfs4"},
		{"one that is mounted when it is used", []*mountinfo.Info{mount("/home", "autofs"), mount("/", "ext4"), mount("/home", "nfs")}, "nfs"},
		{"a disk below it", []*mountinfo.Info{mount("/home/me/disk", "xfs"), mount("/", "ext4"), mount("/home/me", "cifs")}, ""},
		{"a share in user space", []*mountinfo.Info{mount("/", "overlay"), mount("/mnt", "fuse.sshfs")}, "fuse.sshfs"},
		{"a folder of Windows", []*mountinfo.Info{mount("/", "ext4"), mount("/mnt/c", "9p")}, "9p"},
		{"a disk of Windows by a driver in user space", []*mountinfo.Info{mount("/", "ext4"), mount("/mnt/usb", "fuseblk")}, ""},
		{"a disk", []*mountinfo.Info{mount("/", "ext4")}, ""},
		{"nothing known", nil, ""},
	} {
		if got := remoteOf(row.mounts); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestRemote_ofAPathThatIsNotThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if got, want := Remote(filepath.Join(dir, "none")), Remote(dir); got != want {
		t.Errorf("got %q, its folder lies on %q", got, want)
	}
	if got := Remote(filepath.Join(dir, "none", "none")); got != "" {
		t.Errorf("got %q", got)
	}
}
