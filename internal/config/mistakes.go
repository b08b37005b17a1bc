package config

import (
	"fmt"
	"strings"

	"longhaul/internal/fault"
)

// Mistake is one thing to change in the settings.
type Mistake struct {
	Where string // a file and line, an environment variable or a flag; empty when it is about what is absent everywhere
	What  string
}

// Error gives the place and what to change there.
func (m Mistake) Error() string {
	if m.Where == "" {
		return m.What
	}
	return m.Where + ": " + m.What
}

// Mistakes are all the things to change, found in one go. They are an error of class invalid.
type Mistakes []Mistake

// Error lists the mistakes, one a line.
func (m Mistakes) Error() string {
	if len(m) == 1 {
		return m[0].Error()
	}
	var text strings.Builder
	fmt.Fprintf(&text, "the settings have %d mistakes:", len(m))
	for _, mistake := range m {
		text.WriteString("\n  " + mistake.Error())
	}
	return text.String()
}

// Unwrap gives each mistake.
func (m Mistakes) Unwrap() []error {
	errs := make([]error, len(m))
	for i, mistake := range m {
		errs[i] = mistake
	}
	return errs
}

// Fault classes the mistakes.
func (m Mistakes) Fault() *fault.Error {
	return &fault.Error{Class: fault.Invalid, System: fault.Longhaul, Message: m.Error()}
}

var _ fault.Carrier = Mistakes(nil)

// orNil gives the mistakes as an error, which is nil when there are none.
func (m Mistakes) orNil() error {
	if len(m) == 0 {
		return nil
	}
	return m
}

func (m *Mistakes) add(where origin, format string, args ...any) {
	*m = append(*m, Mistake{Where: where.String(), What: fmt.Sprintf(format, args...)})
}

// origin is where a setting was read.
type origin struct {
	name string
	line int // zero where there are no lines
}

func (o origin) String() string {
	if o.line == 0 {
		return o.name
	}
	return fmt.Sprintf("%s:%d", o.name, o.line)
}

// sentence is an error's own words, without the class it carries.
func sentence(err error) string {
	if f := fault.From(err); f != nil {
		return f.Message
	}
	return err.Error()
}

// enumerated joins words as a sentence does.
func enumerated(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
