package cli

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

// A command that a test runs by mistake must leave its folders in a temporary place, not beside the code.
func TestMain(m *testing.M) {
	before := folders()
	code := m.Run()
	for _, name := range folders() {
		if !slices.Contains(before, name) {
			fmt.Fprintf(os.Stderr, "a test left the folder %s among the code: give its program a Dir\n", name)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// folders lists the folders beside the code.
func folders() (names []string) {
	entries, err := os.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}
