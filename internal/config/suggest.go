package config

import (
	"errors"
	"strings"

	"github.com/spf13/pflag"

	"longhaul/internal/spelling"
)

// didYouMean gives the end of a sentence about an unknown word: the known one that it may have been meant for, or all
// of them when none is near.
func didYouMean(word string, known []string) string {
	if near := spelling.Nearest(word, known); near != "" {
		return "did you mean " + near + "?"
	}
	return "known here: " + strings.Join(known, ", ")
}

// NearFlag finds the flag that an error about an unknown one may have been meant for; empty when none is near.
func NearFlag(flags *pflag.FlagSet, err error) string {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	var known []string
	flags.VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
	return spelling.Nearest(unknown.GetSpecifiedName(), known)
}
