package temporaldev

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// checkWithin bounds how long a start looks for damage; some hundred megabytes are read in this time.
const checkWithin = 3 * time.Second

// intact reads the file for damage before the server depends on it: the server would start on a torn file and fail at
// whatever it reads first. A file too large for the time is taken as it is.
func intact(ctx context.Context, db *sql.DB, within time.Duration) error {
	checking, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	var verdict string
	err := db.QueryRowContext(checking, "PRAGMA quick_check(1)").Scan(&verdict)
	switch {
	case err != nil && checking.Err() != nil && ctx.Err() == nil:
		return nil
	case err != nil:
		return err
	case verdict != "ok":
		return fmt.Errorf("%w: %.200s", errDamaged, verdict)
	default:
		return nil
	}
}
