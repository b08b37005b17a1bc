package e2e_test

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	accounts "longhaul/internal/account" // account is a test of this package
	"longhaul/internal/export"
	"longhaul/internal/export/formats"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/reach"
	"longhaul/internal/source"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

func init() { formats.Register(madeUp{}) }

// madeUp is a second export: one CSV with a line for each report, delivered into a folder.
type madeUp struct{}

func (madeUp) Name() string    { return "made_up" }
func (madeUp) Files() []string { return []string{"reports"} }
func (madeUp) FileName(timestamp int64, file string) string {
	return strconv.FormatInt(timestamp, 10) + "-" + file + ".csv"
}

// Fields asks for one that castor has not.
func (madeUp) Fields(kind listing.Kind) []string {
	return map[listing.Kind][]string{listing.Reports: {"Name", "CreatedDate"}}[kind]
}

func (madeUp) Settings() export.Settings {
	return export.Settings{Section: "made_up", Fields: []export.Setting{
		{Name: "folder", Kind: export.Path, Needed: true},
		{Name: "key", Kind: export.Secret, Needed: true},
	}}
}

func (madeUp) Write(ctx context.Context, in export.Input, file string) (export.Written, error) {
	return in.File(ctx, madeUp{}.FileName(in.Timestamp, file), func(to io.Writer, records *stream.Counter) error {
		lines := csv.NewWriter(to)
		for report, err := range accounts.Reports(ctx, in.Store, in.Sync) {
			if err != nil {
				return err
			}
			created, err := stream.TextMember(report.Line, "CreatedDate")
			if err != nil {
				return err
			}
			if err := lines.Write([]string{report.Head.ID, string(report.Head.State), created}); err != nil {
				return err
			}
			records.Add()
		}
		lines.Flush()
		return lines.Error()
	})
}

func (madeUp) Target(from source.Source, _ export.Process) (export.Target, error) {
	return &folderTarget{from: from, dir: from.Export("made_up").Texts["folder"]}, nil
}

// folderTarget copies files into a folder. A file named refuse there makes it refuse, one named hang makes it hang.
type folderTarget struct {
	from source.Source
	dir  string
}

func (f *folderTarget) Destination() string { return f.dir }
func (f *folderTarget) Close()              {}

func (f *folderTarget) Ready(ctx context.Context) error {
	_, err := f.from.ExportSecret(ctx, "made_up", "key")
	return err
}

func (f *folderTarget) Check(c context.Context) (w warning.Warning, e error) { return w, f.Ready(c) }

func (f *folderTarget) Send(ctx context.Context, file export.Outgoing) (export.Receipt, error) {
	if f.has("refuse") {
		return export.Receipt{Reach: reach.None}, &fault.Error{
			Class: fault.Invalid, System: fault.Catalog, Message: "the folder takes no files: allow them",
		}
	}
	if f.has("hang") {
		<-ctx.Done()
		return export.Receipt{}, context.Cause(ctx)
	}
	from, err := file.Open()
	if err != nil {
		return export.Receipt{Reach: reach.None}, err
	}
	defer func() { _ = from.Close() }()
	to, err := os.OpenFile(filepath.Join(f.dir, file.Name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return export.Receipt{Path: file.Name, Reach: reach.None}, export.ErrTaken
	} else if err != nil {
		return export.Receipt{Reach: reach.None}, err
	}
	_, err = io.Copy(to, from)
	return export.Receipt{Path: file.Name, Bytes: file.Bytes, SHA256: file.SHA256, At: time.Now().UTC()}, errors.Join(err, to.Close())
}

func (f *folderTarget) has(name string) bool {
	_, err := os.Stat(filepath.Join(f.dir, name))
	return err == nil
}
