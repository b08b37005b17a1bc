package roster

import (
	"errors"
	"fmt"

	"longhaul/internal/fault"
)

// unopenedError is why a version of a saved source is not served.
type unopenedError struct {
	error
	version string
}

// Unwrap gives the reason.
func (u *unopenedError) Unwrap() error { return u.error }

// unopened says whether an error is why that version could not be opened.
func unopened(err error, version string) bool {
	u, ok := errors.AsType[*unopenedError](err)
	return ok && u.version == version
}

func late(name string) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Longhaul,
		Message: fmt.Sprintf("source %q was not opened in time, because the bucket or the keeper of secrets.keeper answers slowly: nothing to change if it "+
			"passes; else look why", name),
	}
}

func inBoth(name string) error {
	return fault.Invalidf("source %q stands in the settings of this process and is saved in the bucket (%s): "+
		"remove it from the settings, or disconnect it", name, "connect "+name)
}

func stillServed(name string) error {
	return fault.Invalidf("source %q stands in the settings of this process and is saved in the bucket; this process goes on serving it as its settings "+
		"say, and no process that starts from now on serves it: remove it from the settings, or disconnect it", name)
}

// Disconnected says that the credentials of a source were taken away. Its class is that of a login that is refused for good: a sync that runs
// blocks, and may go on once there are credentials again.
func Disconnected(name string) error {
	return &fault.Error{
		Class: fault.LoginRefused, System: fault.Longhaul,
		Message: fmt.Sprintf("source %q was disconnected, so its credentials are gone: connect it again (longhaul connect %s)", name, name),
	}
}
