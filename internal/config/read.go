package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"longhaul/internal/notify"
	"longhaul/internal/paths"
	"longhaul/internal/plaintext"
	"longhaul/internal/source"
)

// DefaultFile is read from the working directory when no other file is named and it is there.
const DefaultFile = "longhaul.yaml"

// maxFileSize bounds a settings file.
const maxFileSize = 1 << 20

// Input is all that a Config comes from.
type Input struct {
	Flags       *pflag.FlagSet // with the flags of AddFlags; may be nil
	Environment Environment
	Dir         string // the working directory, from which relative paths of flags and environment start; empty where it is gone
	NeedStorage bool   // it is a mistake to have no bucket
	NeedSources bool   // it is a mistake to have no source, unless sources can be connected
}

// flagPaths are the settings that have a flag.
var flagPaths = map[string]string{
	"data-dir":        "data_dir",
	"storage":         "storage",
	"log-level":       "log.level",
	"log-format":      "log.format",
	"metrics-address": "metrics.address",
	"worker-slots":    "worker.slots",
}

const configFlag = "config"

// AddPlaceFlags defines the flags that say where settings and bucket are.
func AddPlaceFlags(flags *pflag.FlagSet) {
	flags.String(configFlag, "", "settings file (default "+DefaultFile+" if it exists)")
	flags.String("data-dir", "", "folder for everything that is stored on this machine")
	flags.String("storage", "", "bucket for the state of the syncs, as a URL (default: a folder in the data directory)")
}

// AddFlags defines the flags of the settings.
func AddFlags(flags *pflag.FlagSet) {
	AddPlaceFlags(flags)
	flags.String("log-level", "info", "debug, info, warn or error")
	flags.String("log-format", "auto", "console, json, or auto: console on a terminal")
	flags.String("metrics-address", "", "port or address that serves Prometheus metrics (default: none)")
	flags.String("worker-slots", fmt.Sprint(defaultSlots), "activities that run at one time in this process")
}

// Read makes the Config: flags beat environment, environment beats file, file beats defaults. It gives the file it
// read, if any. Its error is Mistakes, all there are.
func Read(in Input) (Config, string, error) {
	path, data, err := in.load()
	if err != nil {
		return Config{}, path, err
	}
	v, mistakes, isYAML := readDocument(filepath.Base(path), data)
	if !isYAML {
		return Config{}, path, mistakes
	}
	warnings := in.Environment.override(v, &mistakes)
	in.checkFlags(&mistakes)
	for _, name := range sourceNames(v) {
		checkSource(v, name, &mistakes)
	}
	in.checkSecrets(v, &mistakes)
	checkNotify(v, &mistakes)
	in.checkNeeds(v, path, &mistakes)
	if err := mistakes.orNil(); err != nil {
		return Config{}, path, err
	}
	raw, err := in.merge(v)
	if err != nil {
		return Config{}, path, err
	}
	cfg, err := in.build(raw, v, path)
	cfg.Warnings = warnings
	return cfg, path, err
}

// load finds and reads the settings file. Only a file that was asked for must exist.
func (in Input) load() (path string, data []byte, err error) {
	path, asked, err := in.settingsFile()
	if err != nil || path == "" {
		return path, nil, err
	}
	data, err = readCapped(path)
	switch {
	case err == nil:
		return path, plaintext.Decode(data), nil
	case !asked && errors.Is(err, fs.ErrNotExist):
		return "", nil, nil
	}
	var pathError *fs.PathError
	if errors.As(err, &pathError) {
		err = pathError.Err
	}
	return path, nil, Mistakes{missingFile(path, err)}
}

// settingsFile is the path of the file that was asked for, or of the usual one; empty where there can be none.
func (in Input) settingsFile() (path string, asked bool, err error) {
	var name string
	from := origin{name: prefix + "CONFIG"}
	if f := in.changed(configFlag); f != nil {
		name, from = plaintext.Line(f.Value.String()), origin{name: "--" + configFlag}
	} else if value, _ := in.Environment.Lookup(from.name); plaintext.Line(value) != "" {
		name = plaintext.Line(value)
	} else if in.Dir == "" {
		return "", false, nil
	} else {
		return filepath.Join(in.Dir, DefaultFile), false, nil
	}
	path, err = paths.Absolute(in.Dir, name)
	if err != nil {
		return "", true, Mistakes{{Where: from.String(), What: sentence(err)}}
	}
	return path, true, nil
}

func readCapped(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	data, err := io.ReadAll(io.LimitReader(file, maxFileSize+1))
	if err == nil && len(data) > maxFileSize {
		err = errors.New("it is larger than 1 MB")
	}
	return data, err
}

func (in Input) changed(name string) *pflag.Flag {
	if in.Flags == nil {
		return nil
	}
	if f := in.Flags.Lookup(name); f != nil && f.Changed {
		return f
	}
	return nil
}

func (in Input) checkFlags(mistakes *Mistakes) {
	schema().leaves("", func(path string, leaf setting) {
		for name, flagPath := range flagPaths {
			if f := in.changed(name); f != nil && flagPath == path {
				if _, err := leaf.parse(f.Value.String()); err != nil {
					mistakes.add(origin{name: "--" + name}, "%s", sentence(err))
				}
			}
		}
	})
}

func (in Input) checkNeeds(v values, file string, mistakes *Mistakes) {
	none := in.NeedSources && len(sourceNames(v)) == 0 && len(*mistakes) == 0 && !in.connects(v)
	if none && file == "" {
		mistakes.add(origin{}, noFile, in.Dir)
		return
	}
	if in.NeedStorage && !v.has("storage") && !v.has("data_dir") && in.changed("storage") == nil && in.changed("data-dir") == nil &&
		!noted(*mistakes, "storage") {
		mistakes.add(origin{}, "%s", noStorage)
	}
	if none && len(*mistakes) == 0 {
		mistakes.add(origin{}, "%s", noSources)
	}
}

// raw is the whole of the settings as viper merges them.
type raw struct {
	DataDir string               `mapstructure:"data_dir"`
	Storage string               `mapstructure:"storage"`
	Sources map[string]rawSource `mapstructure:"sources"`
	Log     Log                  `mapstructure:"log"`
	Metrics Metrics              `mapstructure:"metrics"`
	Report  Report               `mapstructure:"report"`
	Worker  Worker               `mapstructure:"worker"`
	Secrets struct {
		rawKeeper `mapstructure:",squash"`
		Previous  rawKeeper `mapstructure:"previous"`
	} `mapstructure:"secrets"`
	Notify struct {
		Stall         time.Duration  `mapstructure:"stall"`
		ColumnsLost   int            `mapstructure:"columns_lost"`
		LeaveToAlerts bool           `mapstructure:"leave_to_alerts"`
		Receivers     map[string]any `mapstructure:"receivers"` // their values are read one by one
	} `mapstructure:"notify"`
	UIURL string `mapstructure:"ui_url"`
}

// merge lays flags over the checked values and those over the defaults.
func (in Input) merge(v values) (raw, error) {
	merged := viper.New()
	merged.SetDefault("log.level", "info")
	merged.SetDefault("log.format", "auto")
	merged.SetDefault("worker.slots", defaultSlots)
	merged.SetDefault("notify.stall", notify.DefaultStall)
	merged.SetDefault("notify.columns_lost", notify.DefaultColumnsLost)
	if err := merged.MergeConfigMap(v.nested()); err != nil {
		return raw{}, fmt.Errorf("merging the settings: %w", err)
	}
	for name, path := range flagPaths {
		if f := in.changed(name); f != nil {
			merged.Set(path, plaintext.Line(f.Value.String()))
		}
	}
	var r raw
	if err := merged.UnmarshalExact(&r); err != nil {
		return raw{}, fmt.Errorf("reading the merged settings: %w", err)
	}
	return r, nil
}

func (in Input) build(r raw, v values, file string) (Config, error) {
	cfg := Config{
		Log: r.Log, Metrics: r.Metrics, Worker: r.Worker,
		Report: Report{Listen: r.Report.Listen, URL: strings.TrimRight(r.Report.URL, "/")}, UIURL: strings.TrimRight(r.UIURL, "/"),
	}
	fileDir := filepath.Dir(file)
	if file == "" {
		fileDir = in.Dir
	}
	var err error
	if cfg.DataDir, err = in.located(v, "data_dir", r.DataDir, fileDir, "data-dir"); err != nil {
		return Config{}, err
	}
	if cfg.Storage, err = locatedBucket(in.startOf(v, "storage", fileDir, "storage"), r.Storage); err != nil {
		return Config{}, err
	}
	if cfg.Secrets, err = in.secrets(r, v, cfg, fileDir); err != nil {
		return Config{}, err
	}
	if cfg.Notify, err = in.notify(r, v, fileDir); err != nil {
		return Config{}, err
	}
	sources := make([]source.Source, 0, len(r.Sources))
	for _, name := range sourceNames(v) {
		s, err := in.source(name, r.Sources[name], v, fileDir)
		if err != nil {
			return Config{}, err
		}
		sources = append(sources, s)
	}
	registry, err := source.NewRegistry(sources...)
	cfg.Sources = registry
	return cfg, err
}

// located makes a path absolute; an empty one stays empty.
func (in Input) located(v values, setting, path, fileDir, flag string) (string, error) {
	if path == "" {
		return "", nil
	}
	absolute, err := paths.Absolute(in.startOf(v, setting, fileDir, flag), path)
	if err != nil {
		return "", Mistakes{{Where: v.near(setting).String(), What: setting + " " + sentence(err)}}
	}
	return absolute, nil
}

// startOf is where a relative path starts: one in the file at the file's folder, any other at the working directory.
func (in Input) startOf(v values, setting, fileDir, flag string) string {
	if v.origins[setting].line > 0 && in.changed(flag) == nil {
		return fileDir
	}
	return in.Dir
}
