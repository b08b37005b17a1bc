package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"longhaul/internal/catalog"
	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/outbox"
)

// uploadVerb delivers files to the catalog.
type uploadVerb struct {
	program

	all bool
}

func uploadCommand(p program) *cobra.Command {
	v := &uploadVerb{program: p}
	cmd := &cobra.Command{
		Use:   "upload [flags]",
		Short: "Deliver files to the catalog, as castor-upload does",
		Long: `Takes castor-upload's flags and environment variables (CASTOR_TIMEOUT_OVERRIDE and CASTOR_RETRY_OVERRIDE too) and needs
no Temporal. From a directory of type VIZ it sends the newest complete extract, the summary last, and names the files that
it does not send; --all sends everything. It skips a set whose names begin with a time in the future, unless extract wrote
it. Files that the catalog already has stay as they are. A link to this program named castor-upload runs this command.`,
		Example: `  CASTOR_UPLOADER_TOKEN=... $0 upload -s 399a8b22-3187-41ec-8d3d-0242ac130003 -t VIZ -d ./out
  $0 upload -k TOKEN -s 399a8b22-3187-41ec-8d3d-0242ac130003 -t DBT -f target/manifest.json -z US`,
		Args: args.Exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context(), cmd) },
	}
	config.AddCastorUploadFlags(cmd.Flags())
	cmd.Flags().BoolVar(&v.all, "all", false, "send every .json and .csv file of the directory, also of older extracts")
	args.JSON(cmd)
	return cmd
}

func (v *uploadVerb) run(ctx context.Context, cmd *cobra.Command) error {
	v.console.words = config.AsCastorsFlags
	asked, err := config.ReadCastorUpload(cmd.Flags(), v.app.Environ, v.app.Dir)
	if err != nil {
		return err
	}
	v.console.warn(asked.Warnings)
	if asked.Type == catalog.DBT && asked.File == "" {
		return fault.Invalidf("DBT takes one file, the manifest: name it with -f")
	}
	to, err := catalog.New(catalog.Config{
		Zone: asked.Catalog.Zone, URL: asked.Catalog.URL, SourceID: asked.Catalog.SourceID, Token: asked.Catalog.Token.Resolve,
		CAFile: asked.Catalog.CAFile, Timeout: asked.Timeout, Attempts: asked.Attempts, UserAgent: "longhaul/" + v.app.Version,
	})
	if err != nil {
		return err
	}
	defer to.Close()
	sender := outbox.Sender{Catalog: to, Note: v.console.note}
	done, err := sender.Send(ctx, outbox.Request{
		Type: asked.Type, File: asked.File, Directory: asked.Directory, All: v.all, At: time.Now(),
	})
	if err != nil {
		return err
	}
	if v.console.json {
		return v.console.printJSON(done)
	}
	_, err = fmt.Fprintln(v.console.out, done.Sentence())
	return err
}
