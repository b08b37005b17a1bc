package bucket

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCopy_replacesWhole(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		ctx := t.Context()
		put(t, b, "from/a", `{"a":1}`)
		put(t, b, "to/a", `{"a":0}`, `{"a":0}`)
		for _, to := range []string{"to/a", "to/a", "else/a"} { // twice, and where no folder is yet
			if err := b.Copy(ctx, "from/a", to); err != nil {
				t.Fatal(err)
			}
			if got, err := b.Read(ctx, to); err != nil || string(got) != `{"a":1}` {
				t.Errorf("%s holds %q, %v", to, got, err)
			}
		}
		put(t, b, "from/a", `{"a":2}`)
		if got, err := b.Read(ctx, "to/a"); err != nil || string(got) != `{"a":1}` {
			t.Errorf("after a change of the original the copy holds %q, %v", got, err)
		}
		if err := b.copyThrough(ctx, "from/a", "to/a"); err != nil {
			t.Fatal(err)
		}
		if got, err := b.Read(ctx, "to/a"); err != nil || string(got) != `{"a":2}` {
			t.Errorf("copied through this process it holds %q, %v", got, err)
		}
		if err := b.Copy(ctx, "none", "to/a"); !errors.Is(err, ErrNotExist) {
			t.Errorf("of nothing: %v, want ErrNotExist", err)
		}
		want := []string{"else/a", "from/a", "to/a"}
		if diff := cmp.Diff(want, keys(t, b, "")); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if b.folder != nil {
			if files := filesBelow(t, b.folder.dir); len(files) != len(want) {
				t.Errorf("on the disk lie %q", files)
			}
		}
	})
}
