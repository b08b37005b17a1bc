// Package export defines formats, in which a sync writes what it has read, and delivers their files.
//
// Each format has a package of its own, as castor has, and a line in package formats.
package export

import (
	"context"
	"io"
	"iter"
	"slices"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/account"
	"longhaul/internal/listing"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// Format is one form in which the files of a source are made and delivered.
type Format interface {
	// Name is the name of the format in the settings, in the bucket and on screens: [a-z0-9_]{1,20}.
	Name() string
	// Files are the names of its files, in the order of their delivery.
	Files() []string
	// FileName is the name under which a file of one sync is stored and delivered. A larger timestamp, in seconds, gives another
	// name: that is how a set gets out of the way of names that are taken.
	FileName(timestamp int64, file string) string
	// Fields are the fields of a kind that the files need. They are read together with those of other formats and those that
	// Longhaul needs itself. A field that the run-as user may not see is missing in the records.
	Fields(kind listing.Kind) []string
	// Write writes one of its files by in.File, in constant memory. The same sync gives the same bytes at every attempt.
	Write(ctx context.Context, in Input, file string) (Written, error)
	// Settings declares what the settings of a source may say about it.
	Settings() Settings
	// Target makes the target of its files from settings that were checked as Settings declares. It contacts nobody.
	Target(from source.Source, about Process) (Target, error)
}

// Process is what a target should know of the process that it is in.
type Process struct {
	UserAgent string
	Logger    *zap.Logger

	// Observed, unless it is nil, is told of each request to a target.
	Observed func(route string, took time.Duration, err error)
}

// Settings are the settings of a format: one section of a source. Without the section the files stay in the bucket.
type Settings struct {
	Section   string
	Fields    []Setting
	Exclusive [][2]string // settings of which one may be set
}

// Setting is one setting of a format.
type Setting struct {
	Name   string
	Label  string // what people call it; connect asks on a terminal for those that have one
	Kind   Kind
	Needed bool
	Check  func(value string) error  // of a text; may be nil
	Normal func(value string) string // the one way in which a checked text is kept; may be nil
}

// Kind is what the value of a setting is.
type Kind int

// The kinds of settings.
const (
	Text   Kind = iota
	Secret      // a reference: env:NAME or file:PATH
	Path        // of a file or a folder; a relative one starts at the settings file
)

// Export is a format of a source, ready to use.
type Export struct {
	Format
	Target Target // nil: the files stay in the bucket
}

// Input names the sync of which a file is written.
type Input struct {
	Store     *staging.Store
	Sync      staging.Sync
	Export    string
	Timestamp int64       // in the names of the files, in seconds
	BaseURL   string      // the address of the org, as its login returned it when the sync began; links begin with it
	Version   string      // of Longhaul
	Progress  func(int64) // receives the number of records read so far; may be nil
}

// Inventory gives the records of a kind as they stand, sorted by Id.
func (in Input) Inventory(ctx context.Context, kind listing.Kind) iter.Seq2[[]byte, error] {
	return listing.Read(ctx, in.Store, in.Sync, kind)
}

// Reports gives the reports that the org has, sorted by Id, each with what became of it: those without columns are among them, and those
// that are gone or outside of the scope are not.
func (in Input) Reports(ctx context.Context) iter.Seq2[account.Report, error] {
	return func(yield func(account.Report, error) bool) {
		for report, err := range account.Reports(ctx, in.Store, in.Sync) {
			if err == nil && !report.Head.State.Wanted() {
				continue
			}
			if !yield(report, err) || err != nil {
				return
			}
		}
	}
}

// File writes the file of a name that FileName returned: whole, or after an error not at all. write counts the records by records, which
// reports them as progress.
func (in Input) File(ctx context.Context, name string, write func(to io.Writer, records *stream.Counter) error) (Written, error) {
	file, err := in.Store.CreateFile(ctx, in.Sync.File(in.Export, name))
	if err != nil {
		return Written{}, err
	}
	defer file.Abort()
	records := stream.NewCounter(in.Progress)
	if err := write(file, records); err != nil {
		return Written{}, err
	}
	object, err := file.Commit()
	object.Count = records.N
	return Written{Object: object}, err
}

// Written is a file of an export. The count of its object is that of the records in it.
type Written struct {
	staging.Object
	Partial int64 // the number of its records whose report names columns that Salesforce did not describe
}

// Fields are the fields that formats need, each once.
func Fields(formats ...Format) listing.Fields {
	all := listing.Fields{}
	for _, format := range formats {
		for _, kind := range listing.Kinds {
			for _, field := range format.Fields(kind) {
				if !slices.Contains(all[kind], field) {
					all[kind] = append(all[kind], field)
				}
			}
		}
	}
	return all
}
