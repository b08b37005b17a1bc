package temporaldev

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// checkWithin bounds how long a start looks for damage: long enough to read some hundred megabytes.
const checkWithin = 3 * time.Second

// intact looks for damage in the file before the server depends on it: the server would start on a damaged file and fail at its
// first read there. A file that is too large for the time is believed.
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
