package staging

import (
	"strings"
	"testing"
)

func TestSync_keysAreFitForEveryBucket(t *testing.T) {
	t.Parallel()
	y := Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}
	id := "00O000000000001AAA"
	s := openStore(t, "mem://")
	for want, key := range map[string]string{
		"inventory/reports.jsonl.zst":             y.Inventory("reports"),
		"inventory/reports.json":                  y.InventoryState("reports"),
		"inventory/reports.runs/0-a-b.jsonl.zst":  y.InventoryRun("reports", "0", "a", "b"),
		"inventory/reports.caughtup.jsonl.zst":    y.Inventory(CaughtUp("reports")),
		"inventory/reports.found.jsonl.zst":       y.Inventory(Found("reports")),
		"inventory/reports.vanished.jsonl.zst":    y.Inventory(Vanished("reports")),
		"inventory/components.relisted.jsonl.zst": y.Inventory(Relisted("components")),
		"inventory/missing.json":                  y.Missing(),
		"inventory/caughtup.json":                 y.CaughtUp(),
		"sort/X1/0.jsonl.zst":                     y.SortRun("X1", "0"),
		"plan/second.json":                        y.PlanSecond(),
		"plan/second-choice.json":                 y.PlanSecondChoice(),
		"plan/plan.json":                          y.Plan(),
		"plan/choice.json":                        y.PlanChoice(),
		"plan/drafts/X1/0007.jsonl.zst":           y.Drafted("X1", y.PlanShard(7)),
		"plan/todo.jsonl.zst":                     y.PlanTodo(),
		"plan/reused.jsonl.zst":                   y.Reused(),
		"plan/0007.jsonl.zst":                     y.PlanShard(7),
		"describe/0007/" + id + "-" + id + ".a3":  y.Part(7, id, id, 3),
		"describe/0007.jsonl.zst":                 y.Shard(7),
		"described.jsonl.zst":                     y.Described(),
		"files/castor/1-users.json":               y.File("castor", "1-users.json"),
		"account.jsonl":                           y.Account(),
		"manifest.json":                           y.Manifest(),
		"upload/castor/1-users.json.try":          y.Try("castor", "1-users.json"),
		"upload/castor/1-users.json.receipt":      y.Receipt("castor", "1-users.json"),
	} {
		if _, err := s.Exists(t.Context(), key); key != y.Prefix()+want || err != nil {
			t.Errorf("key %q, want %q below the sync's prefix (%v)", key, want, err)
		}
	}
	if !strings.HasPrefix(y.Prefix(), SyncsPrefix("acme")) || !strings.HasPrefix(RecordKey("acme", y.ID), RecordPrefix("acme")) {
		t.Error("a prefix is not one")
	}
}

func FuzzParsePart(f *testing.F) {
	y := Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}
	f.Add(y.Part(12, "00O000000000001AAA", "00O000000000002AAA", 3))
	f.Add(y.Shard(3))
	f.Fuzz(func(t *testing.T, key string) {
		p, ok := ParsePart(key)
		if !ok {
			return
		}
		if again, ok := ParsePart(y.Part(p.Shard, p.First, p.Last, p.Attempt)); !ok || again != p {
			t.Errorf("%q reads as %+v, and written again as %+v", key, p, again)
		}
	})
}

func TestParsePart_readsPartsOnly(t *testing.T) {
	t.Parallel()
	y := Sync{Source: "acme", ID: "20261123T181610Z-ab12cd34"}
	want := PartName{Shard: 12345, First: "00O000000000001AAA", Last: "00O000000000002AAA", Attempt: 12}
	if got, ok := ParsePart(y.Part(want.Shard, want.First, want.Last, want.Attempt)); !ok || got != want {
		t.Errorf("got %+v, %v", got, ok)
	}
	for _, key := range []string{y.Shard(1), y.Part(1, "short", "00O000000000002AAA", 1), y.Part(1, want.First, want.Last, 0), ""} {
		if got, ok := ParsePart(key); ok {
			t.Errorf("%q reads as %+v", key, got)
		}
	}
}
