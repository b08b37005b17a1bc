package workflows

import (
	"errors"
	"fmt"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// fileNames are castor's files in the order of delivery: the summary comes last and says that the set is whole.
var fileNames = []string{
	"dashboards", "dashboard_components", "folders", "reports", "reports_metadata", "users", "summary",
}

// maxTimestamps bounds how often a set may be renamed because the catalog holds foreign files of its name.
const maxTimestamps = 5

// assemble settles the account and writes the files.
func (s *sync) assemble(ctx workflow.Context) error {
	params := activities.SettleParams{Sync: s.state.Sync, Shards: s.shards(), Again: s.state.Again.Shards}
	summary := fmt.Sprintf("merge %d shards with what was reused", s.shards())
	var settled activities.SettleResult
	err := s.persist(ctx, func(ctx workflow.Context) error {
		return s.mending(ctx, func(ctx workflow.Context) error {
			return workflow.ExecuteActivity(with(ctx, forFile, summary), acts.Settle, params).Get(ctx, &settled)
		})
	})
	if err != nil {
		return err
	}
	s.state.States, s.state.Vanished, s.state.Settled = settled.States, settled.Vanished, true
	return s.persist(ctx, s.write)
}

// write assembles the seven files under the state's timestamp, and the account of them.
func (s *sync) write(ctx workflow.Context) error {
	written := make([]activities.AssembleResult, len(fileNames))
	s.state.Files = nil // until all are written: a run that continues asks whole
	err := s.all(ctx, len(fileNames), len(fileNames), func(ctx workflow.Context, i int) (workflow.Future, func(workflow.Future) error) {
		params := activities.AssembleParams{
			Sync: s.state.Sync, Name: fileNames[i], Timestamp: s.state.Timestamp, BaseURL: s.state.Auth.BaseURL,
		}
		future := workflow.ExecuteActivity(with(ctx, forFile, "write "+fileNames[i]), acts.Assemble, params)
		return future, func(f workflow.Future) error { return f.Get(ctx, &written[i]) }
	})
	if err != nil {
		return err
	}
	partial := int64(0)
	var files []activities.File
	for _, w := range written {
		files = append(files, w.File)
		partial += w.Partial
	}
	if partial > 0 {
		s.state.warn(partialWords(partial))
	}
	account := s.account(ctx)
	account.Files = files
	var accounted activities.AccountResult
	if err := workflow.ExecuteActivity(with(ctx, forFile, "write the account"), acts.Account, account).Get(ctx, &accounted); err != nil {
		return err
	}
	s.state.Files, s.state.Unseen = files, accounted.Unseen
	return nil
}

// whole says whether all files of the set lie in the bucket, and their account.
func (s *State) whole() bool { return len(s.Files) == len(fileNames) }

// partialWords is the warning of reports whose description names columns that it does not describe.
func partialWords(reports int64) string {
	if reports == 1 {
		return "Salesforce described 1 report without some of its columns, so the files lack those"
	}
	return fmt.Sprintf("Salesforce described %d reports without some of their columns, so the files lack those", reports)
}

func (s *sync) account(ctx workflow.Context) activities.AccountParams {
	return activities.AccountParams{
		Sync: s.state.Sync, Identity: s.state.Auth.Identity, Started: s.state.Started, Finished: workflow.Now(ctx).UTC(),
		Timestamp: s.state.Timestamp, Kinds: s.state.Kinds, States: s.state.States, Vanished: s.state.Vanished,
		Files:    s.state.Files,
		Warnings: s.state.Warnings, Calls: s.state.Calls,
		Permissions: s.state.Auth.Permissions, Unseen: s.state.Unseen,
	}
}

// upload delivers the set, one file after the other. When the catalog holds a foreign file under one of the names, the
// whole set goes again under the next timestamp.
func (s *sync) upload(ctx workflow.Context) error {
	if err := s.guardCoverage(ctx); err != nil || !s.state.uploads() {
		return err
	}
	for s.state.Renames < maxTimestamps {
		if !s.state.whole() { // it was renamed, perhaps by the run before
			if err := s.persist(ctx, s.write); err != nil {
				return err
			}
		}
		err := s.persist(ctx, s.send)
		if !nameTaken(err) {
			return err
		}
		if s.state.Renames++; s.state.Renames < maxTimestamps {
			s.state.warn(renamedWords(err, s.state.Timestamp))
		}
		s.state.Proxied = s.state.Proxied || takenBy(err) == activities.TakenByProxy
		s.state.Timestamp++
		s.state.Files, s.state.Uploads, s.state.Destination = nil, 0, ""
	}
	return refused(fmt.Sprintf("the catalog holds foreign files under %d timestamps in a row: "+
		"another program delivers to the same source id, so stop it or give this source an id of its own", maxTimestamps))
}

func (s *sync) send(ctx workflow.Context) error {
	for i, file := range s.state.Files {
		if i < s.state.Uploads {
			continue
		}
		if err := s.untilResumed(ctx); err != nil {
			return err
		}
		params := activities.UploadParams{Sync: s.state.Sync, File: file, To: s.state.Destination, Proxied: s.state.Proxied}
		var sent activities.UploadResult
		if err := workflow.ExecuteActivity(with(ctx, forFile, "upload "+file.Name), acts.Upload, params).Get(ctx, &sent); err != nil {
			return err
		}
		s.state.Uploads++
		s.state.Destination = sent.To
		s.touch(ctx)
	}
	return nil
}

func nameTaken(err error) bool {
	var failure *temporal.ApplicationError
	return errors.As(err, &failure) && failure.Type() == activities.NameTaken
}

// takenBy is what has the name that an upload did not get.
func takenBy(err error) (by activities.Taken) {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) || failure.Details(&by) != nil {
		return activities.TakenByOther
	}
	return by
}

// renamedWords is the warning of a set that takes another name.
func renamedWords(err error, timestamp int64) string {
	switch takenBy(err) {
	case activities.TakenByProxy:
		return fmt.Sprintf("a proxy changed the catalog's answers to the files of timestamp %d, so nobody knows whether they arrived, and the set "+
			"went under a later one: let the answers of the catalog through as they are", timestamp)
	case activities.TakenByUs:
		return fmt.Sprintf("before its reset this sync had sent other content under timestamp %d, so the set went under a later one", timestamp)
	default:
		return fmt.Sprintf("the catalog held files of timestamp %d that another sync delivered, so the set went under a later one", timestamp)
	}
}

// record makes the sync the current one of its source and removes what nobody needs any more.
func (s *sync) record(ctx workflow.Context) error {
	params := activities.RecordParams{
		Account: s.account(ctx), Uploaded: s.state.uploaded(), Baseline: s.state.Upload, Permissions: s.state.Auth.Permissions,
		Edition: s.state.Auth.Edition, Private: s.state.Auth.Private,
	}
	err := s.persist(ctx, func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(with(ctx, forCall, "record the sync"), acts.Record, params).Get(ctx, nil)
	})
	if err != nil {
		return err
	}
	s.prune(ctx)
	return nil
}

// pruneAttempts bounds the tries to tidy up, so that a bucket that refuses deletes does not keep a sync from ending.
const pruneAttempts = 5

// prune removes what nobody needs any more. The sync is done by now: neither a cancel nor a failure changes its outcome.
func (s *sync) prune(ctx workflow.Context) {
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	ctx = optional(limited(with(ctx, forCall, "remove old working files"), pruneAttempts))
	err := workflow.ExecuteActivity(ctx, acts.Prune, s.state.Sync).Get(ctx, nil)
	var late *temporal.TimeoutError
	switch {
	case errors.As(err, &late) && late.TimeoutType() == enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START: // the next sync tidies up
		workflow.GetLogger(ctx).Warn("no worker of the source was there to remove old working files")
	case err != nil:
		s.state.warn("old working files in the bucket could not be removed: give the worker the right to delete there; the next sync tries again")
	}
}
