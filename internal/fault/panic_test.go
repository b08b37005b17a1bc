package fault

import (
	"errors"
	"runtime"
	"strings"
	"testing"
)

func TestCaught_makesAnErrorOfAPanic(t *testing.T) {
	t.Parallel()
	var nothing *Error
	err := Caught(func() error { return errors.New(nothing.Message) })
	var crash runtime.Error
	if !errors.As(err, &crash) || !strings.Contains(err.Error(), "panic_test.go") {
		t.Errorf("got %v, want the panic and where it happened", err)
	}
	long := Caught(func() error { panic(strings.Repeat("ä", 4000)) })
	if long == nil || len(long.Error()) > longestPanic {
		t.Errorf("got %d bytes of a panic's text", len(long.Error()))
	}
	boom := errors.New("boom")
	if err := Guard(func() error { return boom })(); !errors.Is(err, boom) {
		t.Errorf("an ordinary error became %v", err)
	}
	if err := Caught(func() error { return nil }); err != nil {
		t.Errorf("no error became %v", err)
	}
}
