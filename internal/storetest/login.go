package storetest

import (
	"os"
	"strings"
)

// LogIn sets the variables with which this process logs in to a store of a kind. The drivers read the environment once in a
// process, so all servers that the tests of a process start have the same credentials.
func LogIn(kind Kind, endpoint string) error {
	for _, variable := range Environ(kind, endpoint) {
		name, value, _ := strings.Cut(variable, "=")
		if err := os.Setenv(name, value); err != nil {
			return err
		}
	}
	return nil
}
