// Package filesystem finds the kind of disk that a path is on: some kinds cannot hold a database.
package filesystem

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/moby/sys/mountinfo"
)

// OwnDisk is the end of a sentence about state on a disk that cannot hold it.
const OwnDisk = "keep Temporal's database on a disk of this machine: --state DIR with extract, data_dir with serve, --data DIR with demo and temporal"

// remote are the file systems whose locks and shared memory do not reach across a network, a process or a virtual machine.
var remote = []string{
	"9p", "acfs", "afpfs", "afs", "beegfs", "ceph", "cifs", "coda", "drvfs", "fhgfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4",
	"orangefs", "osxfuse", "macfuse", "panfs", "prl_fs", "pvfs2", "smb2", "smb3", "smbfs", "vboxsf", "vmhgfs", "webdav", "wekafs",
}

// Remote returns the kind of file system that path is on, by the system's name, if it works over a network or in user space; empty
// if it is another kind, or if the system does not tell.
func Remote(path string) string {
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		if real, err = filepath.EvalSymlinks(filepath.Dir(path)); err != nil {
			return ""
		}
	}
	mounts, err := mountinfo.GetMounts(mountinfo.ParentsFilter(real))
	if err != nil {
		return ""
	}
	return remoteOf(mounts)
}

// remoteOf returns the kind of the mount that is nearest to the path of these mounts, and on top of others at the same place.
func remoteOf(mounts []*mountinfo.Info) string {
	nearest := &mountinfo.Info{}
	for _, mount := range mounts {
		if len(mount.Mountpoint) >= len(nearest.Mountpoint) {
			nearest = mount
		}
	}
	kind := nearest.FSType
	if slices.Contains(remote, kind) || kind == "fuse" || strings.HasPrefix(kind, "fuse.") {
		return kind
	}
	return ""
}
