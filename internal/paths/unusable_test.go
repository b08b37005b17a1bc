package paths

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/fault"
)

func TestUnusable_saysWhatHelps(t *testing.T) {
	t.Parallel()
	for cause, says := range map[syscall.Errno]string{
		syscall.ENOSPC: "make room on it", syscall.EROFS: "mount it writable", syscall.ENAMETOOLONG: "choose a shorter one",
		syscall.ENOENT: "does not exist: check the path", syscall.EACCES: "who owns it",
	} {
		err := Unusable("the output", "/x", &os.PathError{Op: "mkdir", Path: "/x", Err: cause})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: got %v", cause, err)
		}
	}
}
