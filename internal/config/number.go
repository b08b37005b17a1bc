package config

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"longhaul/internal/fault"
)

var (
	plainNumber  = regexp.MustCompile(`^(0|-?[1-9][0-9]*)$`)
	paddedNumber = regexp.MustCompile(`^[+-]?[0-9][0-9_]*$`)
)

var errNoNumber = errors.New("no whole number")

// wholeNumber reads a number in plain decimal digits. Every other way of writing one is refused, with the digits to write in
// its place: YAML and Go take 010 for 8, which nobody means who lines up a column of numbers.
func wholeNumber(text string) (int, error) {
	if plainNumber.MatchString(text) {
		if n, err := strconv.Atoi(text); err == nil {
			return n, nil
		}
		return 0, errNoNumber
	}
	if digits := meant(text); digits != "" {
		return 0, fault.Invalidf("must be written in plain decimal digits, not as %s: write %s", text, digits)
	}
	return 0, errNoNumber
}

// meant is the number that a text stands for which is not in plain digits; empty where it stands for none. Leading zeros mean
// nothing to people.
func meant(text string) string {
	const longest = 40
	if len(text) > longest {
		return ""
	}
	if paddedNumber.MatchString(text) {
		digits := strings.TrimLeft(strings.ReplaceAll(strings.TrimLeft(text, "+-"), "_", ""), "0")
		if digits == "" {
			return "0"
		}
		if text[0] == '-' {
			return "-" + digits
		}
		return digits
	}
	if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// numberFlag is a flag that holds a whole number.
type numberFlag[T int | int64] struct{ into *T }

var _ pflag.Value = numberFlag[int]{}

// Set takes the number as it was written.
func (f numberFlag[T]) Set(text string) error {
	n, err := wholeNumber(text)
	if errors.Is(err, errNoNumber) {
		return errors.New("must be a whole number")
	}
	if err != nil {
		return errors.New(sentence(err))
	}
	*f.into = T(n)
	return nil
}

// String gives the number.
func (f numberFlag[T]) String() string { return strconv.FormatInt(int64(*f.into), 10) }

// Type is what the help calls the value.
func (f numberFlag[T]) Type() string { return "int" }

// NumberVar defines a flag that holds a whole number.
func NumberVar[T int | int64](flags *pflag.FlagSet, into *T, name string, otherwise T, usage string) {
	*into = otherwise
	flags.Var(numberFlag[T]{into}, name, usage)
}
