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
--all sends everything. Files that the catalog has already are left as they are. A link named castor-upload to this
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
		chosen, err = newestSet(d.Directory, files, others)
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
	Status string `json:"status"` // delivered, or there: the catalog had a file of that name before
}

const (
	statusDelivered = "delivered"
	statusThere     = "there"
)

// delivered is what --json prints of an upload.
type delivered struct {
	Host    string   `json:"host"`
	Files   []sent   `json:"files"`
	Left    []string `json:"left"`
	Ignored []string `json:"ignored"`
}

// deliverTo sends the chosen files one after the other and tells of each. It stops at the first that fails.
func (c *console) deliverTo(ctx context.Context, to *catalog.Client, d delivery) error {
	dir, chosen, err := d.choose()
	if err != nil {
		return err
	}
	c.left(chosen)
	done := delivered{Host: to.Host(), Files: []sent{}, Left: orEmpty(chosen.left), Ignored: orEmpty(chosen.ignored)}
	for i, name := range chosen.send {
		one, err := c.send(ctx, to, d.target(to, name), filepath.Join(dir, name))
		if err != nil {
			return c.stopped(done, chosen.send[i:], err)
		}
		done.Files = append(done.Files, one)
		c.tell(i+1, len(chosen.send), one)
	}
	if c.json {
		return c.print(done)
	}
	fresh, total := 0, int64(0)
	for _, one := range done.Files {
		if one.Status == statusDelivered {
			fresh++
			total += one.Bytes
		}
	}
	_, err = fmt.Fprintf(c.out, "Delivered %s (%s) to %s.\n", counted(int64(fresh), "file"), sized(total), to.Host())
	return err
}

func orEmpty(names []string) []string {
	if names == nil {
		return []string{}
	}
	return names
}

// left names what is not sent.
func (c *console) left(chosen selection) {
	if len(chosen.left) > 0 {
		c.note("Left, because they are not of the newest whole set (--all sends them too): %s", listed(chosen.left))
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

// send delivers one file. That the catalog has one of its name is no failure: names carry their time, so whoever sends
// a set again after a mishap meets his own files.
func (c *console) send(ctx context.Context, to *catalog.Client, path, file string) (sent, error) {
	info, err := os.Stat(file)
	if err != nil {
		return sent{}, unusablePath("the file", file, err)
	}
	one := sent{Name: filepath.Base(file), Path: path, Bytes: info.Size(), Status: statusDelivered}
	receipt, err := to.Send(ctx, path, catalog.File{
		Name: one.Name, Size: info.Size(),
		Open: func() (io.ReadCloser, error) { return os.Open(file) },
	})
	switch {
	case errors.Is(err, catalog.ErrConflict):
		one.Status = statusThere
	case err != nil:
		return sent{}, err
	default:
		one.SHA256 = receipt.SHA256
	}
	return one, nil
}

// tell is the progress of a delivery: a line a file.
func (c *console) tell(i, of int, one sent) {
	if one.Status == statusThere {
		c.note("%d/%d  %s  the catalog has a file of this name already; it was left as it is", i, of, one.Name)
		return
	}
	c.note("%d/%d  %s  %s", i, of, one.Name, sized(one.Bytes))
}

// stopped says how far a delivery came before it failed.
func (c *console) stopped(done delivered, rest []string, err error) error {
	if len(done.Files) > 0 {
		c.note("%d of %d files were delivered; the first that was not is %s.", len(done.Files), len(done.Files)+len(rest), rest[0])
	}
	return err
}
