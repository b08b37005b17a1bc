package exporttest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"longhaul/internal/account"
	"longhaul/internal/doctor"
	"longhaul/internal/export"
	"longhaul/internal/export/csv"
	"longhaul/internal/listing"
	"longhaul/internal/source"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// The ways in which a format may be broken.
const (
	namesNoField     = "asks for a field that there is not"
	declaresNothing  = "reads what it does not declare"
	firstListing     = "reads the first listing"
	allReports       = "takes reports that are gone"
	withColumnsAlone = "leaves out reports without columns"
	countsWrongly    = "counts wrongly"
	keepsAll         = "keeps all in memory"
	changes          = "writes another file each time"
	commitsAlways    = "commits after an error"
	hidesCause       = "hides what was wrong"
	tellsNothing     = "tells no progress"
	showsHalf        = "shows half of a file"
	takesAnything    = "takes any file for its own"
	goesOn           = "goes on when it is stopped"
	leavesNoPath     = "leaves no path in a receipt"
	saysSecret       = "says its secret"
	checksNoSecret   = "starts without its secret"
	noRows           = "has no rows"
	silentRow        = "has a row that does not say what to do"
)

// broken writes the lines of reports, and delivers them into a folder. It is broken in one way.
type broken struct {
	csv.Format
	how string
}

func (broken) Name() string { return "broken" }

func (broken) FileName(timestamp int64, _ string) string {
	return csv.Format{}.FileName(timestamp, "broken") + ".jsonl"
}

func (b broken) Fields(kind listing.Kind) []string {
	switch {
	case kind != listing.Reports || b.how == declaresNothing:
		return nil
	case b.how == namesNoField:
		return []string{"FolderPath"}
	}
	return []string{"Name", "Description"}
}

func (broken) Settings() export.Settings {
	return export.Settings{Section: "broken", Fields: []export.Setting{
		{Name: "folder", Kind: export.Path, Needed: true}, {Name: "key", Kind: export.Secret, Needed: true},
	}}
}

func (b broken) Write(ctx context.Context, in export.Input, file string) (export.Written, error) {
	name := b.FileName(in.Timestamp, file)
	if b.how == commitsAlways {
		to, err := in.Store.CreateFile(ctx, in.Sync.File(in.Export, name))
		if err != nil {
			return export.Written{}, err
		}
		records := stream.NewCounter(in.Progress)
		wrong := b.lines(ctx, in, to, records)
		object, err := to.Commit()
		object.Count = records.N
		return export.Written{Object: object}, errors.Join(wrong, err)
	}
	written, err := in.File(ctx, name, func(to io.Writer, records *stream.Counter) error { return b.lines(ctx, in, to, records) })
	if b.how == hidesCause && err != nil {
		err = errors.New("it did not work")
	}
	if b.how == countsWrongly {
		written.Count++
	}
	return written, err
}

// lines writes the lines of the reports.
func (b broken) lines(ctx context.Context, in export.Input, to io.Writer, records *stream.Counter) error {
	reports := in.Reports(ctx)
	if b.how == allReports {
		reports = account.Reports(ctx, in.Store, in.Sync)
	}
	if b.how == firstListing {
		reports = func(yield func(account.Report, error) bool) {
			for line, err := range in.Store.Lines(ctx, in.Sync.Inventory("reports")) {
				if !yield(account.Report{Line: line}, err) {
					return
				}
			}
		}
	}
	var kept []string
	for report, err := range reports {
		if err != nil {
			return err
		}
		if b.how == withColumnsAlone && !report.Head.State.HasColumns() {
			continue
		}
		if kept = append(kept, b.line(report)); b.how != keepsAll {
			if _, err := io.WriteString(to, kept[0]); err != nil {
				return err
			}
			kept = nil
		}
		if records.Add(); b.how == tellsNothing {
			*records = stream.Counter{N: records.N}
		}
	}
	_, err := io.WriteString(to, strings.Join(kept, ""))
	return err
}

// line is that of a report, of fields that are declared.
func (b broken) line(report account.Report) string {
	id, _ := stream.LineID(report.Line)
	name, _ := stream.Member(report.Line, "Name")
	about, _ := stream.Member(report.Line, "Description")
	line := `["` + string(id) + `",` + orNull(name) + `,` + orNull(about)
	if b.how == changes {
		line += `,"` + rand.Text() + `"`
	}
	if b.how == keepsAll {
		line += `,"` + strings.Repeat("x", 1000) + `"`
	}
	return line + "]\n"
}

func orNull(value []byte) string {
	if value == nil {
		return "null"
	}
	return string(value)
}

func (b broken) Target(from source.Source, about export.Process) (export.Target, error) {
	return brokenTarget{b.how, from.Export("broken").Texts["folder"], about, func(ctx context.Context) (string, error) {
		return from.ExportSecret(ctx, "broken", "key")
	}}, nil
}

// brokenTarget is a folder that is broken in one way.
type brokenTarget struct {
	how, dir string
	about    export.Process
	key      func(context.Context) (string, error)
}

func (b brokenTarget) Destination() string { return b.dir }
func (brokenTarget) Close()                {}

func (b brokenTarget) Ready(ctx context.Context) error {
	key, err := b.key(ctx)
	switch b.how {
	case saysSecret:
		b.about.Logger.Info("ready with " + key)
	case checksNoSecret:
		return nil
	}
	return err
}

func (b brokenTarget) Check(ctx context.Context) (doubt warning.Warning, err error) {
	return doubt, b.Ready(ctx)
}

func (b brokenTarget) Examine(context.Context) []doctor.Finding {
	switch b.how {
	case noRows:
		return nil
	case silentRow:
		return []doctor.Finding{{ID: "folder", Title: "Folder", Found: "not so good", Status: doctor.Warn}}
	}
	return []doctor.Finding{{ID: "folder", Title: "Folder", Found: "it is there", Status: doctor.Pass}}
}

func (b brokenTarget) Send(ctx context.Context, f export.Outgoing) (receipt export.Receipt, err error) {
	if receipt.Path = filepath.Join(b.dir, f.Name); b.how == leavesNoPath {
		receipt.Path = ""
	}
	if _, err := os.Lstat(filepath.Join(b.dir, f.Name)); err == nil && b.how == takesAnything {
		return receipt, nil
	}
	from, err := f.Open()
	if err != nil {
		return receipt, err
	}
	defer func() { _ = from.Close() }()
	name := f.Name + ".part"
	if b.how == showsHalf {
		name = f.Name
	}
	to, err := os.Create(filepath.Join(b.dir, name))
	if err != nil {
		return receipt, err
	}
	_, err = io.Copy(to, from)
	if err = errors.Join(err, to.Close()); err == nil && b.how != goesOn {
		err = ctx.Err()
	}
	if err == nil {
		err = os.Rename(filepath.Join(b.dir, name), filepath.Join(b.dir, f.Name))
	}
	return receipt, err
}

// folder is the content of a file in a folder.
func folder(dir, name string) (string, bool) {
	content, err := os.ReadFile(filepath.Join(dir, name))
	return string(content), !errors.Is(err, fs.ErrNotExist)
}
