package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"longhaul/activities"
	"longhaul/internal/export/castor"
	"longhaul/internal/fault"
	"longhaul/internal/guard"
	"longhaul/internal/humanize"
	"longhaul/internal/monitor"
	"longhaul/internal/paths"
	"longhaul/internal/report/shelf"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// deliver puts the files of a finished sync, its account, its manifest and its page into an output directory. It names what else lies
// there, because an upload of the whole directory would send that too. The sentence says where the page is; it is empty where there is none.
func (p program) deliver(ctx context.Context, store *staging.Store, r *workflows.Result, out string) (sentence string, err error) {
	if err := castor.Deliver(ctx, store, staging.Sync{Source: r.Source, ID: r.Sync}, out); err != nil {
		return "", err
	}
	p.rename(r, out)
	foreign, err := castor.Foreign(out)
	if err == nil && len(foreign) > 0 {
		p.console.note("%s holds files of others, which were left alone: %s", out, humanize.List(foreign))
	}
	if err != nil {
		return "", err
	}
	return p.placePage(ctx, store, r, filepath.Join(out, paths.StateDir)), nil
}

// placePage puts the page beside the account. The extract is whole without it.
func (p program) placePage(ctx context.Context, store *staging.Store, r *workflows.Result, folder string) (sentence string) {
	pages := &shelf.Shelf{Store: store, Version: p.app.Version}
	if err := pages.Place(ctx, r.Source, r.Sync, folder); err != nil {
		p.console.warn([]string{"the page of the sync could not be written: " + messageOf(err)})
		return ""
	}
	return fmt.Sprintf("Its report is %s, with every gap in %s beside it.\n", filepath.Join(folder, shelf.PageName), shelf.GapsName)
}

// rename gives the files of a result the names that they have in the folder, where those begin with a later time than the
// sync's own.
func (p program) rename(r *workflows.Result, out string) {
	sets := castor.LastPlaced(out)
	if len(sets) == 0 || sets[0].Sync != r.Sync {
		return
	}
	prefix := strconv.FormatInt(sets[0].Timestamp, 10) + "-"
	files := r.Files[castor.Name]
	for i, f := range files {
		if _, name, found := strings.Cut(f.Name, "-"); found && prefix+name != f.Name {
			if i == 0 {
				p.console.note("%s has files whose names begin with a later time than this extract's, so the new names begin with %d: "+
					"the newest set has the latest names.", out, sets[0].Timestamp)
			}
			files[i].Name = prefix + name
		}
	}
}

// heldError says why an extract was not put into the folder out: the concerns for which the sync was held, and how to go on.
// The exit code is that of a missing permission where there is one, because it explains the other concerns.
func heldError(concerns []activities.Concern, out string) error {
	if len(concerns) == 0 {
		return nil
	}
	what := monitor.Concerns(concerns)
	if slices.ContainsFunc(concerns, aboutRights) {
		message := fmt.Sprintf("%s. The files in %s stay as they were. Give the user what it lacks and run the same command again", what, out)
		if !slices.ContainsFunc(concerns, activities.Concern.IsVital) {
			message += ", or continue without it: once with --accept-shrink, in every run with --accept-missing " + lacking(concerns)
		}
		return &fault.Error{Class: fault.PermissionMissing, System: fault.Salesforce, Message: message}
	}
	return &ending{
		class: "shrunk", code: exitShrunk,
		message: fmt.Sprintf("%s. The files in %s stay as they were. If that is right, run the same command with --accept-shrink; "+
			"else fix the cause and run it again", what, out),
	}
}

// lacking are the names of the permissions that concerns are about, as --accept-missing takes them.
func lacking(concerns []activities.Concern) string {
	var names []string
	for _, c := range concerns {
		if aboutRights(c) {
			names = append(names, c.Params["permissions"])
		}
	}
	return strings.ReplaceAll(strings.Join(names, ","), " ", "")
}

func aboutRights(c activities.Concern) bool {
	return c.Code == guard.ConcernPermissionMissing || c.Code == guard.ConcernPermissionLost
}
