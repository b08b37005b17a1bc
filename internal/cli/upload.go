package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/catalog"
	"longhaul/internal/config"
	"longhaul/internal/fault"
)

func (a *App) uploadCommand(c *console) *cobra.Command {
	all := false
	cmd := &cobra.Command{
		Use:   "upload [flags]",
		Short: "Deliver files to the catalog, as castor-upload does",
		Long: `Takes castor-upload's flags and environment variables (CASTOR_TIMEOUT_OVERRIDE and CASTOR_RETRY_OVERRIDE too) and needs
no Temporal. Of a directory of type VIZ the newest whole extract goes, the summary last; what is left is named, and
--all sends everything. A set whose names begin with a time still to come is passed over, unless extract has written
it. Files that the catalog has already are left as they are. A link named castor-upload to this
program is this verb.`,
		Example: `  CASTOR_UPLOADER_TOKEN=... $0 upload -s 399a8b22-3187-41ec-8d3d-0242ac130003 -t VIZ -d ./out
  $0 upload -k TOKEN -s 399a8b22-3187-41ec-8d3d-0242ac130003 -t DBT -f target/manifest.json -z US`,
		Args: exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.upload(cmd.Context(), c, cmd, all) },
	}
	config.AddCastorUploadFlags(cmd.Flags())
	cmd.Flags().BoolVar(&all, "all", false, "send every .json and .csv file of the directory, also of older extracts")
	jsonFlag(cmd)
	return cmd
}

func (a *App) upload(ctx context.Context, c *console, cmd *cobra.Command, all bool) error {
	asked, err := config.ReadCastorUpload(cmd.Flags(), a.Environ, a.Dir)
	if err != nil {
		return err
	}
	for _, warning := range asked.Warnings {
		c.note("Warning: %s", warning)
	}
	if asked.Type == catalog.DBT && asked.File == "" {
		return fault.Invalidf("DBT takes one file, the manifest: name it with -f")
	}
	to, err := catalog.New(catalog.Config{
		Zone: asked.Catalog.Zone, URL: asked.Catalog.URL, SourceID: asked.Catalog.SourceID, Token: asked.Catalog.Token.Resolve,
		CAFile: asked.Catalog.CAFile, Timeout: asked.Timeout, Attempts: asked.Attempts, UserAgent: "longhaul/" + a.Version,
	})
	if err != nil {
		return err
	}
	defer to.Close()
	return c.deliverTo(ctx, to, delivery{CastorUpload: asked, all: all, at: time.Now()})
}

// delivery is what was asked for, and the time that some paths carry.
type delivery struct {
	config.CastorUpload

	all bool
	at  time.Time
}

// choose lists what a delivery sends and what it leaves.
func (d delivery) choose() (dir string, chosen selection, err error) {
	if d.File != "" {
		if info, err := os.Stat(d.File); err != nil {
			return "", selection{}, unusablePath("the file", d.File, err)
		} else if !info.Mode().IsRegular() {
			return "", selection{}, fault.Invalidf("%s is not a file: give a directory with -d", d.File)
		}
		return filepath.Dir(d.File), selection{send: []string{filepath.Base(d.File)}}, nil
	}
	files, others, err := deliverable(d.Directory)
	if err != nil {
		return "", selection{}, err
	}
	if d.Type == catalog.Viz && !d.all {
		chosen, err = newestSet(readPile(d.Directory, files, others, d.at))
	} else {
		chosen = everything(files, others)
	}
	return d.Directory, chosen, err
}

// target is where a file goes in the catalog.
func (d delivery) target(to *catalog.Client, name string) string {
	return catalog.Path(d.Type, to.SourceID(), strconv.FormatInt(d.at.Unix(), 10), name)
}

// sent is one file of a delivery as --json shows it.
type sent struct {
	Name   string `json:"name"`
	Path   string `json:"path"` // in the catalog
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256,omitempty"`
	Status string `json:"status"`
}

// The statuses of a file.
const (
	statusDelivered = "delivered"
	statusThere     = "there" // an earlier upload of this folder had delivered it
	statusTaken     = "taken" // the catalog has a file of that name, and nothing says that it is this one
)

// delivered is what --json prints of an upload.
type delivered struct {
	Host    string   `json:"host"`
	Files   []sent   `json:"files"`
	Ahead   []string `json:"ahead"`
	Left    []string `json:"left"`
	Ignored []string `json:"ignored"`
}

// count gives how many files have a status, and their bytes.
func (d *delivered) count(status string) (files, bytes int64) {
	for _, one := range d.Files {
		if one.Status == status {
			files++
			bytes += one.Bytes
		}
	}
	return files, bytes
}

// deliverTo sends the chosen files one after the other and tells of each. It stops at the first that fails.
func (c *console) deliverTo(ctx context.Context, to *catalog.Client, d delivery) error {
	dir, chosen, err := d.choose()
	if err != nil {
		return err
	}
	c.left(chosen)
	if err := chosen.intact(dir); err != nil {
		return err
	}
	done := delivered{
		Host: to.Host(), Files: []sent{}, Ahead: orEmpty(chosen.ahead), Left: orEmpty(chosen.left), Ignored: orEmpty(chosen.ignored),
	}
	known := d.history(c, dir)
	whole := d.Type == catalog.Viz && !d.all // a set, and of use as a whole only
	for i, name := range chosen.send {
		one, err := c.send(ctx, to, known, d.target(to, name), filepath.Join(dir, name))
		if err != nil {
			return c.stopped(done, chosen.send[i:], err)
		}
		done.Files = append(done.Files, one)
		c.tell(i+1, len(chosen.send), one)
		if one.Status == statusTaken && whole {
			break // the summary, which comes last, would call a set complete that is half of another
		}
	}
	if err := done.verdict(chosen, whole); err != nil {
		return err
	}
	if c.json {
		return c.print(done)
	}
	_, err = fmt.Fprintln(c.out, done.sentence())
	return err
}

// verdict refuses to call it a success when nothing was delivered, unless all of it was delivered before, or when a file of a
// set that must be whole was not.
func (d *delivered) verdict(chosen selection, whole bool) error {
	fresh, _ := d.count(statusDelivered)
	taken, _ := d.count(statusTaken)
	switch {
	case taken > 0 && (fresh == 0 || whole):
		return &fault.Error{Class: fault.Invalid, System: fault.Catalog, Message: fmt.Sprintf(
			"%s: the catalog at %s has files of these names already (409), and nothing here tells that they are the same; "+
				"run the extract again, so that the set gets names of its own", d.short(fresh), d.Host)}
	case fresh > 0:
		return nil
	case chosen.newer != "":
		return fault.Invalidf("nothing was delivered: the set that is not ahead of the clock and whole was delivered before, and %s; "+
			"send what lies there with --all, or run the extract again", chosen.newer)
	}
	return nil
}

// short says how much of a set was delivered that was not delivered whole.
func (d *delivered) short(fresh int64) string {
	if fresh == 0 {
		return "nothing was delivered"
	}
	return fmt.Sprintf("the set is not delivered, only %s of it", counted(fresh, "file"))
}

// sentence says what was delivered.
func (d *delivered) sentence() string {
	fresh, total := d.count(statusDelivered)
	there, _ := d.count(statusThere)
	taken, _ := d.count(statusTaken)
	if fresh == 0 {
		return fmt.Sprintf("Nothing was left to deliver: %s had been delivered to %s before.", counted(there, "file"), d.Host)
	}
	text := fmt.Sprintf("Delivered %s (%s) to %s", counted(fresh, "file"), sized(total), d.Host)
	if there > 0 {
		text += fmt.Sprintf("; %s had been delivered before", counted(there, "file"))
	}
	if taken > 0 {
		text += fmt.Sprintf("; of %s the catalog had the name already", counted(taken, "file"))
	}
	return text + "."
}

func orEmpty(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

// left names what is not sent.
func (c *console) left(chosen selection) {
	if len(chosen.ahead) > 0 {
		c.note("Passed over, because the time in their names is still to come (--all sends them too): %s", listed(chosen.ahead))
	}
	if len(chosen.left) > 0 {
		c.note("Left, because they are not of the newest whole set (--all sends them too): %s", listed(chosen.left))
	}
	if chosen.newer != "" {
		c.note("Warning: %s.", chosen.newer)
	}
	if len(chosen.ignored) > 0 {
		c.note("Left, because only .json and .csv files are sent: %s", listed(chosen.ignored))
	}
}

// listed names the first of many.
func listed(names []string) string {
	const most = 20
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

// send delivers one file. That the catalog has one of its name is no failure where this folder's own record says that it
// was sent before: whoever sends a set again after a mishap meets his own files.
func (c *console) send(ctx context.Context, to *catalog.Client, known *deliveries, path, file string) (sent, error) {
	bytes, sum, err := sumOf(file)
	if err != nil {
		return sent{}, unusablePath("the file", file, err)
	}
	one := sent{Name: filepath.Base(file), Path: path, Bytes: bytes, SHA256: sum, Status: statusDelivered}
	entry := deliveryEntry{Host: to.Host(), Path: path, SHA256: sum}
	before := known.has(entry)
	known.add(entry)
	receipt, err := to.Send(ctx, path, catalog.File{
		Name: one.Name, Size: bytes, SHA256: sum,
		Open: func() (io.ReadCloser, error) { return os.Open(file) },
	})
	switch {
	case errors.Is(err, catalog.ErrConflict) && before:
		one.Status = statusThere
	case errors.Is(err, catalog.ErrConflict):
		one.Status = statusTaken
		known.remove(entry)
	case err != nil:
		if !before && receipt.Reach == catalog.ReachNone {
			known.remove(entry) // it did not arrive, so what has its name later is not this one
		}
		return sent{}, err
	}
	return one, nil
}

// tell is the progress of a delivery: a line a file.
func (c *console) tell(i, of int, one sent) {
	switch one.Status {
	case statusThere:
		c.note("%d/%d  %s  delivered before", i, of, one.Name)
	case statusTaken:
		c.note("%d/%d  %s  the catalog has a file of this name already; it was left as it is", i, of, one.Name)
	default:
		c.note("%d/%d  %s  %s", i, of, one.Name, sized(one.Bytes))
	}
}

// stopped says how far a delivery came before it failed.
func (c *console) stopped(done delivered, rest []string, err error) error {
	if len(done.Files) > 0 {
		c.note("%d of %d files were delivered; the first that was not is %s.", len(done.Files), len(done.Files)+len(rest), rest[0])
	}
	return err
}
