package fault

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// PanicError is a panic that was caught where it would have ended the process.
type PanicError struct {
	Value any
	Where string // the innermost calls, for engineers
}

// Error gives the value of the panic and where it happened, shortened.
func (p *PanicError) Error() string {
	return Short(fmt.Sprintf("panic: %v, at %s", p.Value, p.Where), longestPanic)
}

// Unwrap gives the value where it is an error, as those of the runtime are.
func (p *PanicError) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

const (
	longestPanic = 1000 // bytes
	callsShown   = 6
)

// Caught runs f and makes an error of its panic, so that what one attempt meets does not end the process.
func Caught(f func() error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &PanicError{Value: value, Where: calls()}
		}
	}()
	return f()
}

// Guard is Caught for a function that another goroutine will run.
func Guard(f func() error) func() error { return func() error { return Caught(f) } }

// calls lists the innermost calls of a panic, without those of the runtime.
func calls() string {
	pcs := make([]uintptr, 32)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs)])
	var shown []string
	for len(shown) < callsShown {
		frame, more := frames.Next()
		if frame.Function != "" && !strings.HasPrefix(frame.Function, "runtime.") {
			shown = append(shown, fmt.Sprintf("%s (%s:%d)", path.Base(frame.Function), path.Base(frame.File), frame.Line))
		}
		if !more {
			break
		}
	}
	return strings.Join(shown, " < ")
}

// Short cuts a text to most bytes or less, never inside a character.
func Short(text string, most int) string {
	const mark = "…"
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:max(most-len(mark), 0)], "") + mark
}
