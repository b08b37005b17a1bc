// Package config makes one typed Config of flags, environment and settings file, and finds all mistakes at once.
package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
	"longhaul/internal/seal"
	"longhaul/internal/source"
)

// Config is everything a process is set to. Sources is never nil.
type Config struct {
	DataDir  string // absolute; empty when not set
	Storage  string // a folder in it is absolute; StorageURL adds the default
	Sources  *source.Registry
	Log      Log
	Metrics  Metrics
	Report   Report
	Worker   Worker
	Secrets  seal.Config
	Notify   notify.Settings
	UIURL    string                  // of Temporal's UI, without a slash at its end; empty: messages have the command instead
	Learn    func(secrets ...string) // is told the secrets of saved sources before anybody uses them; may be nil
	Warnings []string                // what looks wrong and does no harm
}

// Log says what is logged and how.
type Log struct {
	Level  string // debug, info, warn, error
	Format string // auto, console, json
}

// Metrics says where Prometheus finds the metrics; nowhere when Address is empty.
type Metrics struct{ Address string }

// Report says where the pages of syncs are shown.
type Report struct {
	Listen string // an address as of Metrics, or Nowhere; empty: the verb says
	URL    string // where links to pages begin, without a slash at its end; empty: messages have the command instead
}

// Nowhere is the address of what is not to be shown.
const Nowhere = "none"

// Worker bounds what one worker does at a time.
type Worker struct{ Slots int }

// defaultSlots is how many activities a worker runs at one time.
const defaultSlots = 64

// bucketFolder is the default bucket inside the data directory.
const bucketFolder = "bucket"

// StorageURL is the bucket: the one that is set, or a folder in the data directory.
func (c Config) StorageURL() (string, error) {
	switch {
	case c.Storage != "":
		return c.Storage, nil
	case c.DataDir != "" && !filepath.IsAbs(c.DataDir):
		return "", fmt.Errorf("the folder of the default bucket, %s, is not absolute", c.DataDir)
	case c.DataDir != "":
		return FileURL(filepath.Join(c.DataDir, bucketFolder)), nil
	default:
		return "", fault.Invalidf("%s", noStorage)
	}
}

// FileURL is the bucket URL of a folder, whose path is absolute.
func FileURL(dir string) string {
	slashed := filepath.ToSlash(dir)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed
	}
	return (&url.URL{Scheme: "file", Path: slashed}).String()
}

const noStorage = "no bucket is set, so there is nowhere to keep the state of a sync: on one machine set data_dir (LONGHAUL_DATA_DIR, --data-dir), " +
	"else set storage to the URL of a bucket that every worker reaches, such as s3://name (LONGHAUL_STORAGE, --storage)"

const noFile = "there is no settings file: " + DefaultFile + " is not in %s; write one that has a source (docs/configuration.md shows how), " +
	"name yours with --config or LONGHAUL_CONFIG, or set data_dir (LONGHAUL_DATA_DIR, --data-dir) and connect sources with longhaul connect"

const noSources = "no source is configured: write one under sources: in the settings file and give the file with --config, " +
	"or set secrets.keeper as longhaul connect has it, and connect sources"

func missingFile(path string, err error) Mistake {
	return Mistake{What: fmt.Sprintf("the settings file %s cannot be read (%s): check the path given with --config or LONGHAUL_CONFIG", path, err)}
}
