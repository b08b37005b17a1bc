package history

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"longhaul/internal/staging"
)

// removeTold removes what people were told of old syncs, and long ago of no sync.
func (r *retention) removeTold(ctx context.Context) error {
	prefix := staging.ToldSyncs(r.sync.Source)
	for id, err := range r.store.Folders(ctx, prefix) {
		switch {
		case err != nil:
			return err
		case prefix+id+"/" == staging.ToldPrefix(r.sync.Source, ""):
			err = r.removeToldOfNone(ctx)
		case id < r.oldest:
			_, err = r.store.DeleteAll(ctx, prefix+id+"/")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeToldOfNone goes by the moment in the id of a message, or by what lies there where the id has none.
func (r *retention) removeToldOfNone(ctx context.Context) error {
	began, _, ok := staging.ParseSyncID(r.oldest)
	if !ok {
		return nil
	}
	year, week := began.ISOWeek()
	moment, ofWeek := began.UTC().Format("20060102"), fmt.Sprintf("%04dw%02d", year, week)
	var old []string
	for key, err := range r.store.List(ctx, staging.ToldPrefix(r.sync.Source, "")) {
		if err != nil {
			return err
		}
		found := dated.FindStringSubmatch(key[strings.LastIndexByte(key, '/'):])
		switch {
		case found == nil:
			var mark struct {
				At time.Time `json:"at"`
			}
			if err := r.store.ReadJSON(ctx, key, &mark); err != nil {
				if !r.store.Unreadable(err) {
					return err
				}
			} else if !mark.At.IsZero() && mark.At.Before(began) {
				old = append(old, key)
			}
		case found[1] != "" && found[1] < moment, found[2] != "" && found[2] < ofWeek:
			old = append(old, key)
		}
	}
	return r.remove(ctx, old...)
}

// dated finds the day or the week in the id of a message.
var dated = regexp.MustCompile(`-(?:(\d{8})T\d{6}Z|(\d{4}w\d{2}))(?:-\d+)?\.json$`)
