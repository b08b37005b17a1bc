package planning

import (
	"crypto/rand"
	"errors"
	"fmt"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestReplan_namesATornShard(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		damage func(t *testing.T, s *staging.Store)
		want   int // the shard; -1: none is to blame
	}{
		"truncated": {func(t *testing.T, s *staging.Store) { streamtest.Tear(t, s, current.Shard(1)) }, 1},
		"nonsense before the tear": {func(t *testing.T, s *staging.Store) {
			lines := []string{described(t, 2, description.StateDenied, changed, changedAt), described(t, 1, description.StateDenied, changed, changedAt)}
			for range 5000 { // far more than is decompressed at a time
				lines = append(lines, fmt.Sprintf(`{"Id":%q,"noise":"%s%s%s"}`, streamtest.ReportID(2), rand.Text(), rand.Text(), rand.Text()))
			}
			streamtest.Write(t, s, current.Shard(0), lines...)
			streamtest.Tear(t, s, current.Shard(0))
		}, 0},
		"nonsense that was written so": {func(t *testing.T, s *staging.Store) { streamtest.Write(t, s, current.Shard(1), `{"Id":"short"}`) }, -1},
		"another stream is torn":       {func(t *testing.T, s *staging.Store) { streamtest.Tear(t, s, current.Reused()) }, -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			firstRound(t, s)
			test.damage(t, s)
			_, err := Replan(t.Context(), ReplanInput{Store: s, Sync: current, Shards: 2, MaxShards: 8})
			torn, ok := errors.AsType[*description.TornShardError](err)
			if ok != (test.want >= 0) || ok && (torn.Shard != test.want || !fault.Is(err, fault.Invalid)) || err == nil {
				t.Errorf("got %v, want shard %d to be called torn", err, test.want)
			}
		})
	}
}
