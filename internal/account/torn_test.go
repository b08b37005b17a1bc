package account

import (
	"bytes"
	"errors"
	"testing"

	"longhaul/internal/description"
)

// Whatever byte of a shard a disk has changed: nothing of it is assembled, and the error says which shard it is.
func TestMergeDescriptions_namesATornShard(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	key := f.Sync.Shard(1)
	whole := []byte(f.Text(key))
	for i := range whole {
		damaged := bytes.Clone(whole)
		damaged[i] ^= 0x55
		if err := f.Store.Write(t.Context(), key, damaged); err != nil {
			t.Fatal(err)
		}
		_, err := f.merge(2)
		if torn, ok := errors.AsType[*description.TornShardError](err); !ok || torn.Shard != 1 {
			t.Errorf("byte %d of %d: got %v, want shard 1 to be called torn", i, len(whole), err)
		}
		if exists, err := f.Store.Exists(t.Context(), f.Sync.Described()); exists || err != nil {
			t.Fatalf("byte %d: the stream is there: %v, %v", i, exists, err)
		}
	}
}
