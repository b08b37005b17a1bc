package connect

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"longhaul/internal/fault"
	"longhaul/internal/plaintext"
)

// Terminal asks a person.
type Terminal interface {
	// Attended reports whether somebody can be asked.
	Attended() bool
	// Ask asks for a line; without an echo, where it is a secret.
	Ask(ctx context.Context, question string, secret bool) (string, error)
}

// terminal is that of the process.
type terminal struct {
	in    *os.File
	out   io.Writer
	lines *bufio.Reader
}

// NewTerminal asks on out and reads from in, if that is a terminal.
func NewTerminal(in *os.File, out io.Writer) Terminal {
	return &terminal{in: in, out: out, lines: bufio.NewReader(in)}
}

// Attended says whether in is a terminal.
func (t *terminal) Attended() bool { return term.IsTerminal(int(t.in.Fd())) }

// Ask reads a line. An interrupt ends it, with the terminal as it was.
func (t *terminal) Ask(ctx context.Context, question string, secret bool) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	before, err := term.GetState(int(t.in.Fd()))
	if err != nil {
		return "", fmt.Errorf("asking on the terminal: %w", err)
	}
	_, _ = fmt.Fprint(t.out, question)
	type answer struct {
		text string
		err  error
	}
	answered := make(chan answer, 1)
	go func() { // it goes on where nobody answers, until the process ends
		var a answer
		a.err = fault.Caught(func() error { a.text, err = t.read(secret); return err })
		answered <- a
	}()
	select {
	case a := <-answered:
		if secret || a.err != nil {
			_, _ = fmt.Fprintln(t.out)
		}
		if errors.Is(a.err, io.EOF) {
			return "", fault.Invalidf("the terminal was closed before everything was answered: run the same command again, or give flags")
		}
		return a.text, a.err
	case <-ctx.Done():
		_ = term.Restore(int(t.in.Fd()), before)
		_, _ = fmt.Fprintln(t.out)
		return "", ctx.Err()
	}
}

func (t *terminal) read(secret bool) (string, error) {
	if secret {
		text, err := term.ReadPassword(int(t.in.Fd()))
		return string(text), err
	}
	text, err := t.lines.ReadString('\n')
	return plaintext.Line(text), err
}
