package usage

import (
	"net"
	"os"
	"syscall"
)

const fakeDate = "Mon, 23 Nov 2026 18:16:10 GMT"

func dialError() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}
