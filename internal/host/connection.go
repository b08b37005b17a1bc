package host

import (
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"

	"longhaul/internal/fault"
)

// environment gives the variables of Temporal's own tools. An empty variable counts as unset, because compose files and shells
// pass on variables that are not set. Line ends, which a secret's file may bring, are cut off.
type environment struct{}

// LookupEnv gives a variable that is not empty.
func (environment) LookupEnv(name string) (string, bool) {
	value := strings.TrimSpace(os.Getenv(name)) //nolint:forbidigo // the SDK reads these variables, no setting of ours
	return value, value != ""
}

// Environ gives all variables that are not empty. The SDK reads the headers of TEMPORAL_GRPC_META_... from here.
func (environment) Environ() []string {
	var pairs []string
	for _, pair := range os.Environ() { //nolint:forbidigo // as above
		name, value, _ := strings.Cut(pair, "=")
		if value = strings.TrimSpace(value); value != "" {
			pairs = append(pairs, name+"="+value)
		}
	}
	return pairs
}

// switches are the variables that the SDK silently ignores unless they are true or false.
var switches = []string{"TEMPORAL_TLS", "TEMPORAL_TLS_DISABLE_HOST_VERIFICATION"}

// connection is how to reach Temporal.
type connection struct {
	client.Options

	note string // what a person should know if the connection fails
}

// fromEnvironment reads how to reach Temporal as its own tools do: variables, and under them a profile.
func fromEnvironment() (connection, error) {
	for _, name := range switches {
		value, set := environment{}.LookupEnv(name)
		if set && !slices.Contains([]string{"0", "1", "true", "false"}, strings.ToLower(value)) {
			return connection{}, fault.Invalidf("%s is true or false, not %.20q", name, value)
		}
	}
	request := envconfig.LoadClientOptionsRequest{EnvLookup: environment{}}
	note := ""
	file, named := environment{}.LookupEnv("TEMPORAL_CONFIG_FILE")
	if !named {
		file = envconfig.DefaultConfigFilePath()
		if request.ConfigFileData, note = defaultProfiles(file); len(request.ConfigFileData) == 0 {
			request.ConfigFileData = []byte("\n") // nothing is read a second time
		}
	} else if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) { // which the SDK takes for an empty one
		note = "there is no file " + file + ", which TEMPORAL_CONFIG_FILE names"
	}
	settings, err := envconfig.LoadClientOptions(request)
	if err != nil {
		return connection{}, misread(err, file, note)
	}
	return connection{settings, note}, nil
}

// defaultProfiles reads the default file of profiles. A file that cannot be read counts as none: a service often has no home
// directory, or another user's.
func defaultProfiles(file string) (data []byte, note string) {
	data, err := os.ReadFile(file)
	if err == nil || file == "" || errors.Is(err, fs.ErrNotExist) {
		return data, ""
	}
	return nil, "the profiles in " + file + " were left out, for that file cannot be read"
}

// placeInProfiles finds the place at which a file of profiles could not be read. The rest of the reader's message is left out: it
// repeats the text at that place, which is an API key where somebody forgot the quotes.
var placeInProfiles = regexp.MustCompile(`toml: (line \d+(?: \(last key "[^"]*"\))?)`)

func misread(err error, file, note string) error {
	if profile, set := (environment{}).LookupEnv("TEMPORAL_PROFILE"); set && strings.Contains(err.Error(), "unable to find profile") {
		if _, lost := os.Stat(file); lost != nil {
			note = "there is no file " + file
		}
		if note != "" {
			note = " (" + note + ")"
		}
		return wrapped(err, "there is no profile %.60q among those of Temporal's tools%s: set TEMPORAL_PROFILE to one of %s, or unset it",
			profile, note, file)
	}
	if place := placeInProfiles.FindStringSubmatch(err.Error()); place != nil {
		return fault.Invalidf("the profiles of Temporal's tools in %s cannot be read at %s: write name = value there, a text in quotes", file, place[1])
	}
	return wrapped(err, "the settings of the Temporal connection cannot be used: check the TEMPORAL_... variables and the profile in %s", file)
}

// wrapped is an error of the settings that shows people the wrapped error after the sentence.
func wrapped(err error, format string, args ...any) error {
	f := fault.Invalidf(format, args...)
	f.Err = err
	return f
}

// checkAddress refuses a URL in place of an address.
func checkAddress(address string) error {
	scheme, rest, found := strings.Cut(address, "://")
	if !found || !slices.Contains([]string{"http", "https", "grpc", "grpcs", "tcp", "tls"}, strings.ToLower(scheme)) {
		return nil
	}
	more := ""
	if slices.Contains([]string{"https", "grpcs", "tls"}, strings.ToLower(scheme)) {
		more = ", and TEMPORAL_TLS=true for TLS"
	}
	return fault.Invalidf("the address of Temporal is host and port, no URL: write %q in the place of %q%s",
		strings.TrimRight(rest, "/"), address, more)
}
