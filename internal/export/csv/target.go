package csv

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/export"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/paths"
	"longhaul/internal/reach"
	"longhaul/internal/source"
	"longhaul/internal/warning"
)

// The section of the settings in a source, and its one setting.
const (
	section = "csv"
	folder  = "folder"
)

// Settings declares the folder that the file is delivered into.
func (Format) Settings() export.Settings {
	return export.Settings{Section: section, Fields: []export.Setting{{Name: folder, Kind: export.Path, Needed: true, Check: paths.Check}}}
}

// Target makes the target of the folder.
func (Format) Target(from source.Source, _ export.Process) (export.Target, error) {
	return target{folder: from.Export(Name).Texts[folder]}, nil
}

// target is a folder. It replaces no file.
type target struct{ folder string }

// Destination is the folder.
func (t target) Destination() string { return t.folder }

// Ready has nothing to read: the settings refer to no secret.
func (target) Ready(context.Context) error { return nil }

// Close has nothing to close.
func (target) Close() {}

// checkWithin bounds a Check, whatever the disk does.
const checkWithin = 10 * time.Second

// Check puts a file into the folder and takes it away again.
func (t target) Check(ctx context.Context) (doubt warning.Warning, err error) {
	bounded, cancel := context.WithTimeout(ctx, checkWithin)
	defer cancel()
	_, err = t.ask(bounded, func() (export.Receipt, error) {
		name := ".longhaul-check-" + rand.Text()
		if err := t.place(name, func(to io.Writer) error { _, err := io.WriteString(to, name); return err }); err != nil {
			return export.Receipt{}, err
		}
		if err := os.Remove(t.path(name)); err != nil {
			return export.Receipt{}, t.unusable(err)
		}
		return export.Receipt{}, nil
	})
	return doubt, err
}

// ask does something on the disk of the folder, and waits for it until ctx ends: the disk of a mount that is dead gives no answer.
func (t target) ask(ctx context.Context, f func() (export.Receipt, error)) (export.Receipt, error) {
	receipt, err := hang.Ask(ctx, "the folder of "+section+" "+t.folder, f)
	if silent, hangs := errors.AsType[*hang.Error](err); hangs {
		return receipt, &fault.Error{
			Class: fault.Invalid, System: fault.Catalog, Err: err,
			Message: fmt.Sprintf("the folder of %s %s %s: look at its disk, or at its mount", section, t.folder, silent),
		}
	}
	return receipt, err
}

// Examine is one row: whether the folder takes files.
func (t target) Examine(ctx context.Context) []doctor.Finding {
	f := doctor.Finding{ID: folder, Title: "CSV: folder", Where: section + "." + folder}
	if _, err := t.Check(ctx); err != nil {
		return []doctor.Finding{f.Failed(err, "the list of reports is not delivered", "")}
	}
	f.Status, f.Found = doctor.Pass, "it takes files"
	return []doctor.Finding{f}
}

// Send puts the file into the folder, whole or not at all. What lies there under its name it compares.
func (t target) Send(ctx context.Context, f export.Outgoing) (export.Receipt, error) {
	return t.ask(ctx, func() (export.Receipt, error) { return t.put(ctx, f) })
}

func (t target) put(ctx context.Context, f export.Outgoing) (export.Receipt, error) {
	receipt := export.Receipt{Path: t.path(f.Name), Reach: reach.None}
	err := t.place(f.Name, func(to io.Writer) error {
		from, err := f.Open()
		if err != nil {
			return err
		}
		defer func() { _ = from.Close() }()
		return copyOf(ctx, f.SHA256, to, from)
	})
	if !errors.Is(err, fs.ErrExist) {
		return receipt, err
	}
	there, err := os.Open(receipt.Path)
	if err != nil {
		return receipt, t.unusable(err)
	}
	defer func() { _ = there.Close() }()
	switch err := copyOf(ctx, f.SHA256, io.Discard, there); {
	case errors.Is(err, errOther):
		return receipt, export.ErrForeign
	case ctx.Err() != nil:
		return receipt, err
	case err != nil:
		return receipt, t.unusable(err)
	}
	receipt.DeliveredBefore = true
	return receipt, nil
}

func (t target) path(name string) string { return filepath.Join(t.folder, name) }

// place writes a file beside its name, and gives it the name once it is whole. The error is fs.ErrExist where a file has the name.
func (t target) place(name string, write func(to io.Writer) error) error {
	beside := t.path("." + name + "." + rand.Text())
	file, err := os.Create(beside) // the user's umask decides who reads it
	if err != nil {
		return t.unusable(err)
	}
	defer func() { _ = os.Remove(beside) }()
	disk := &remembered{Writer: file}
	err = write(disk)
	if written := errors.Join(disk.err, file.Sync(), file.Close()); written != nil {
		return t.unusable(written)
	}
	if err != nil {
		return err
	}
	if err := os.Link(beside, t.path(name)); errors.Is(err, fs.ErrExist) {
		return err
	} else if err != nil {
		return t.unusable(err)
	}
	return nil
}

// unusable says what is wrong with the folder. It is a fault of the catalog, as any target's: it keeps no other export from being delivered.
func (t target) unusable(err error) error {
	said := fault.From(paths.Unusable("the folder of "+section, t.folder, err))
	said.System = fault.Catalog
	if _, told := errors.AsType[*fs.PathError](err); !told { // whose path would be that of a file that is gone
		said.Err = err
	}
	if _, linking := errors.AsType[*os.LinkError](err); linking && (errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission)) {
		said.Message = fmt.Sprintf("the folder of %s %s is on a disk without hard links, so a file could be seen before it is whole: "+
			"choose one on another disk", section, t.folder)
	}
	return said
}

// remembered keeps the error of a writer, so that the disk's faults are not taken for the bucket's.
type remembered struct {
	io.Writer
	err error
}

func (r *remembered) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	r.err = err
	return n, err
}

// errOther says that a file has another checksum than the one that was written.
var errOther = errors.New("the file is not the one that was written: its checksum is another")

// copyOf copies a file whose checksum is known, until ctx ends.
func copyOf(ctx context.Context, sha string, to io.Writer, from io.Reader) error {
	digest, buffer := sha256.New(), make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		_, _ = digest.Write(buffer[:n])
		if _, wrong := to.Write(buffer[:n]); wrong != nil {
			return wrong
		}
		switch {
		case errors.Is(err, io.EOF) && hex.EncodeToString(digest.Sum(nil)) != sha:
			return errOther
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return fmt.Errorf("copy the file: %w", context.Cause(ctx))
		}
	}
}
