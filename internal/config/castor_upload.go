package config

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"longhaul/internal/catalog"
	"longhaul/internal/export/castor"
	"longhaul/internal/plaintext"
	"longhaul/internal/source"
)

// The options of castor-upload.
var (
	uploadToken = castorOption{
		flag: "token", short: "k", env: "CASTOR_UPLOADER_TOKEN", usage: "token of the catalog", secret: true, check: source.Key.Check,
	}
	uploadSourceID = castorOption{
		flag: "source_id", short: "s", env: "CASTOR_UPLOADER_SOURCE_ID", usage: "id of the source in the catalog", check: castor.CheckSourceID,
	}
	uploadFile      = castorOption{flag: "file_path", short: "f", env: "CASTOR_UPLOADER_FILE_PATH", usage: "file to send"}
	uploadDirectory = castorOption{flag: "directory_path", short: "d", env: "CASTOR_UPLOADER_DIRECTORY_PATH", usage: "folder whose files to send"}
	uploadType      = castorOption{flag: "file_type", short: "t", env: "CASTOR_UPLOADER_FILE_TYPE", usage: "DBT, VIZ, WAREHOUSE or QUALITY"}
	uploadZone      = castorOption{flag: "zone", short: "z", env: "CASTOR_UPLOADER_ZONE", usage: "EU or US, EU if not given"}

	uploadOptions = []castorOption{uploadToken, uploadSourceID, uploadFile, uploadDirectory, uploadType, uploadZone}
)

const (
	timeoutOverride = "CASTOR_TIMEOUT_OVERRIDE"
	retryOverride   = "CASTOR_RETRY_OVERRIDE"
	urlFlag         = "url"
	urlVariable     = prefix + "CATALOG_URL"
)

// CastorUpload is what castor-upload was asked for. One of File and Directory is set.
type CastorUpload struct {
	Type      catalog.FileType
	File      string
	Directory string
	Catalog   castor.Catalog // the token is held in memory
	Timeout   time.Duration  // without a byte moving
	Attempts  int
	Warnings  []string
}

// AddCastorUploadFlags defines the flags of castor-upload, and two that castor lacks: url, in place of a zone
// (LONGHAUL_CATALOG_URL), and ca-file. Hyphens are as good as castor's underscores.
func AddCastorUploadFlags(flags *pflag.FlagSet) {
	define(flags, uploadOptions)
	flags.String(urlFlag, "", "address of the catalog instead of a zone ("+urlVariable+")")
	addCAFile(flags)
	before := flags.GetNormalizeFunc()
	flags.SetNormalizeFunc(func(set *pflag.FlagSet, name string) pflag.NormalizedName {
		for _, o := range uploadOptions {
			if strings.ReplaceAll(name, "-", "_") == o.flag {
				return pflag.NormalizedName(o.flag)
			}
		}
		return before(set, name)
	})
}

// ReadCastorUpload reads castor's flags and environment names. Relative paths start at dir, the working directory. Its error
// is Mistakes, all there are.
func ReadCastorUpload(flags *pflag.FlagSet, env Environment, dir string) (CastorUpload, error) {
	c := &castorValues{flags: flags, env: env, dir: dir}
	var mistakes Mistakes
	u := CastorUpload{Catalog: c.catalog(&mistakes)}
	c.missing([]castorOption{uploadToken, uploadSourceID, uploadType}, &mistakes)
	c.checkForms(uploadOptions, &mistakes)
	if text := c.text(uploadType); text != "" {
		var err error
		if u.Type, err = catalog.ParseFileType(text); err != nil {
			mistakes.add(c.where(uploadType), "%s", sentence(err))
		}
	}
	u.File, u.Directory = c.what(&mistakes)
	if u.Type == catalog.DBT && u.Directory != "" {
		mistakes.add(c.where(uploadDirectory), "type DBT sends one file: name the manifest with %s", uploadFile.display())
	}
	u.Timeout = c.timeout(&mistakes)
	u.Attempts = c.attempts(&mistakes)
	c.warnSecrets(uploadOptions)
	if err := mistakes.orNil(); err != nil {
		return CastorUpload{}, err
	}
	u.Warnings = c.warnings
	return u, nil
}

// catalog reads where to send, and with which token.
func (c *castorValues) catalog(mistakes *Mistakes) castor.Catalog {
	target := castor.Catalog{Token: source.Held(c.text(uploadToken)), CAFile: c.caFile(mistakes)}
	target.SourceID, _ = catalog.ParseSourceID(c.text(uploadSourceID)) // checkForms says what is wrong with it
	from := origin{name: urlVariable}
	address, _ := c.env.Lookup(urlVariable)
	target.URL = plaintext.Line(address)
	if f := c.flags.Lookup(urlFlag); f != nil && f.Changed {
		target.URL, from = plaintext.Line(f.Value.String()), origin{name: "--" + urlFlag}
	}
	if target.URL == "" || c.flagged(uploadZone) && from.name == urlVariable {
		target.URL = ""
		if target.Zone = c.text(uploadZone); target.Zone == "" {
			target.Zone = catalog.ZoneEU
		}
		from = c.where(uploadZone)
	} else if c.flagged(uploadZone) {
		target.Zone = c.text(uploadZone)
	}
	if _, err := catalog.Endpoint(target.Zone, target.URL); err != nil {
		mistakes.add(from, "%s", sentence(err))
	}
	return target
}

// what gives the file or the folder to send. Two flags contradict each other; of two variables castor takes the
// folder, and a flag beats either variable.
func (c *castorValues) what(mistakes *Mistakes) (file, directory string) {
	file, directory = c.path(uploadFile, mistakes), c.path(uploadDirectory, mistakes)
	switch {
	case c.text(uploadFile) == "" && c.text(uploadDirectory) == "":
		mistakes.add(origin{}, "nothing to send: name a file with %s or a folder with %s", uploadFile.display(), uploadDirectory.display())
	case file == "" || directory == "":
	case c.flagged(uploadFile) && c.flagged(uploadDirectory):
		mistakes.add(origin{}, "--file_path (-f) and --directory_path (-d) exclude each other: give one of them")
	case c.flagged(uploadFile):
		c.warnings = append(c.warnings, uploadDirectory.env+" is not used: --file_path names what to send")
		directory = ""
	default:
		if !c.flagged(uploadDirectory) {
			c.warnings = append(c.warnings, uploadFile.env+" is not used: "+uploadDirectory.env+" is set as well and comes first")
		}
		file = ""
	}
	return file, directory
}

func (c *castorValues) timeout(mistakes *Mistakes) time.Duration {
	text, given := c.env.LookupFold(timeoutOverride)
	if !given {
		return catalog.DefaultTimeout
	}
	text = strings.TrimSpace(text)
	whole, _, _ := strings.Cut(text, ".")
	if digits := meant(whole); digits != "" && !plainNumber.MatchString(whole) {
		mistakes.add(origin{name: timeoutOverride}, "must be written in plain decimal digits, not as %s: write %s",
			text, digits+strings.TrimPrefix(text, whole))
		return catalog.DefaultTimeout
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(seconds) {
		c.warnings = append(c.warnings, fmt.Sprintf("%s is not a number of seconds: %.0f is used", timeoutOverride, catalog.DefaultTimeout.Seconds()))
		return catalog.DefaultTimeout
	}
	const longest = 24 * 60 * 60
	if seconds <= 0 {
		mistakes.add(origin{name: timeoutOverride}, "must be more than 0 seconds")
	}
	return max(time.Millisecond, time.Duration(min(seconds, longest)*float64(time.Second)))
}

// attempts counts the tries of a file: castor's variable counts those after the first.
func (c *castorValues) attempts(mistakes *Mistakes) int {
	text, given := c.env.LookupFold(retryOverride)
	if !given {
		return catalog.DefaultAttempts
	}
	retries, err := wholeNumber(strings.TrimSpace(text))
	if err != nil && !errors.Is(err, errNoNumber) {
		mistakes.add(origin{name: retryOverride}, "%s", sentence(err))
	}
	if err != nil {
		c.warnings = append(c.warnings, fmt.Sprintf("%s is not a whole number: %d tries are made", retryOverride, catalog.DefaultAttempts))
		return catalog.DefaultAttempts
	}
	const most = 100
	if retries < 1 {
		mistakes.add(origin{name: retryOverride}, "must be 1 or more; it cannot switch retries off")
	}
	return min(retries, most) + 1
}
