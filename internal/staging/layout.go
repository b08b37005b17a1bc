package staging

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Sync names one sync of one source. Its methods are the keys of all that a sync keeps in the bucket; nothing else
// builds keys.
type Sync struct {
	Source string `json:"source"`
	ID     string `json:"id"` // like 20261123T181610.042Z-ab12cd34: ids sort by time
}

// stream is how the keys of compressed lines end.
const stream = ".jsonl.zst"

// RecordPrefix is where the records of a source's syncs lie, oldest first.
func RecordPrefix(source string) string { return "sources/" + source + "/records/" }

// RecordKey is the immutable record of one sync.
func RecordKey(source, id string) string { return RecordPrefix(source) + id + ".json" }

// LoginPrefix is where a source's logins are counted: a folder for each hour, an object for each login.
func LoginPrefix(source string) string { return "sources/" + source + "/logins/" }

// hourName is how the folder of an hour is called, in UTC.
const hourName = "20060102T15"

// LoginKey is the n-th login of an hour, counted from 0.
func LoginKey(source string, hour time.Time, n int) string {
	return LoginPrefix(source) + hour.UTC().Format(hourName) + "/" + fmt.Sprintf("%02d", n)
}

// OwnerPrefix is where the marks of those lie that have synced a source into the bucket, the last one counting.
func OwnerPrefix(source string) string { return "sources/" + source + "/owner/" }

// OwnerKey is the mark of the n-th owner of a source, counted from 1.
func OwnerKey(source string, n int) string {
	return OwnerPrefix(source) + fmt.Sprintf("%04d", n) + ".json"
}

// SyncsPrefix is where a source's syncs keep their state, a folder each, oldest first.
func SyncsPrefix(source string) string { return "sources/" + source + "/syncs/" }

// Prefix is before every key of the sync.
func (y Sync) Prefix() string { return SyncsPrefix(y.Source) + y.ID + "/" }

// State is what the sync runs as, written at its start: sync.json.
func (y Sync) State() string { return y.Prefix() + "sync.json" }

// Ended says that a sync which has no record is over: it was cancelled, discarded, or failed.
func (y Sync) Ended() string { return y.Prefix() + "ended.json" }

// Inventory is the sorted stream of the records of a kind.
func (y Sync) Inventory(kind string) string { return y.Prefix() + "inventory/" + kind + stream }

// InventoryState says how far the enumeration of a kind is, and in the end what it found.
func (y Sync) InventoryState(kind string) string { return y.Prefix() + "inventory/" + kind + ".json" }

// InventoryRuns is where the runs of an enumeration lie until they are merged.
func (y Sync) InventoryRuns(kind string) string { return y.Prefix() + "inventory/" + kind + ".runs/" }

// InventoryRun is one sorted run. first and last are the bounds of what the server sent, in the server's order, so that
// two attempts never write different spans of it under one key.
func (y Sync) InventoryRun(kind, pass, first, last string) string {
	return y.InventoryRuns(kind) + pass + "-" + first + "-" + last + stream
}

// The names, for Inventory and its like, of streams that lie over the inventory of a kind or beside it.

// CaughtUp names the records of a kind that changed while the sync ran.
func CaughtUp(kind string) string { return kind + ".caughtup" }

// Found names the records of a kind that the last sync knew and that were found although no listing had them.
func Found(kind string) string { return kind + ".found" }

// Vanished names what the last sync knew of a kind and what is not there any more.
func Vanished(kind string) string { return kind + ".gone" }

// Again names a second listing of a kind, which is read in place of the first.
func Again(kind string) string { return kind + ".again" }

// Missing says what became of the records that the last sync knew and no listing had. It is written last.
func (y Sync) Missing() string { return y.Prefix() + "inventory/missing.json" }

// CaughtUp says what changed while the sync ran. It is written last.
func (y Sync) CaughtUp() string { return y.Prefix() + "inventory/caughtup.json" }

// SortPrefix is where lines are sorted that do not fit in memory. Nothing below it outlives the sync.
func (y Sync) SortPrefix() string { return y.Prefix() + "sort/" }

// SortRuns is where one sort, by an id of its own, keeps its runs.
func (y Sync) SortRuns(id string) string { return y.SortPrefix() + id + "/" }

// SortRun is one sorted run of a sort.
func (y Sync) SortRun(id, name string) string { return y.SortRuns(id) + name + stream }

// PlanPrefix is where the plan lies.
func (y Sync) PlanPrefix() string { return y.Prefix() + "plan/" }

// Plan is the result of planning, written last.
func (y Sync) Plan() string { return y.PlanPrefix() + "plan.json" }

// PlanChoice names the draft that is the plan. The first attempt to write it decides.
func (y Sync) PlanChoice() string { return y.PlanPrefix() + "choice.json" }

// PlanAgain is the result of planning the second round, written last.
func (y Sync) PlanAgain() string { return y.PlanPrefix() + "again.json" }

// PlanAgainChoice names the draft that is the plan of the second round.
func (y Sync) PlanAgainChoice() string { return y.PlanPrefix() + "again-choice.json" }

// PlanDraft is where one attempt at the plan writes what only becomes the plan when it is chosen.
func (y Sync) PlanDraft(id string) string { return y.PlanPrefix() + "drafts/" + id + "/" }

// Drafted is where the draft has what the plan keeps under key.
func (y Sync) Drafted(id, key string) string {
	return y.PlanDraft(id) + strings.TrimPrefix(key, y.PlanPrefix())
}

// PlanTodo is the stream of all that is to be described, before it is dealt.
func (y Sync) PlanTodo() string { return y.PlanPrefix() + "todo" + stream }

// PlanShard is the work of shard n, counted from 0.
func (y Sync) PlanShard(n int) string { return y.PlanPrefix() + fmt.Sprintf("%04d", n) + stream }

// Reused is the stream of descriptions taken over from earlier syncs.
func (y Sync) Reused() string { return y.PlanPrefix() + "reused" + stream }

// DescribePrefix is where the results of all shards lie.
func (y Sync) DescribePrefix() string { return y.Prefix() + "describe/" }

// PartPrefix is where shard n keeps what it has described so far.
func (y Sync) PartPrefix(n int) string { return y.DescribePrefix() + fmt.Sprintf("%04d/", n) }

// Part is one part of shard n: the reports from first to last, flushed by one attempt.
func (y Sync) Part(n int, first, last string, attempt int) string {
	return y.PartPrefix(n) + first + "-" + last + ".a" + strconv.Itoa(attempt)
}

// Shard is the compacted result of shard n.
func (y Sync) Shard(n int) string { return y.DescribePrefix() + fmt.Sprintf("%04d", n) + stream }

// Described is the stream of all descriptions of the sync, copied forward from sync to sync.
func (y Sync) Described() string { return y.Prefix() + "described" + stream }

// FilesPrefix is where the files for the catalog lie.
func (y Sync) FilesPrefix() string { return y.Prefix() + "files/" }

// File is one file for the catalog.
func (y Sync) File(name string) string { return y.FilesPrefix() + name }

// Account is the completeness account: one line for each report, dashboard and component.
func (y Sync) Account() string { return y.Prefix() + "account.jsonl" }

// Manifest lists the files with their sums.
func (y Sync) Manifest() string { return y.Prefix() + "manifest.json" }

// Try is written before the first byte of a file goes to the catalog.
func (y Sync) Try(name string) string { return y.Prefix() + "upload/" + name + ".try" }

// Receipt is written after the catalog has answered for a file.
func (y Sync) Receipt(name string) string { return y.Prefix() + "upload/" + name + ".receipt" }

// PartName is the key of a part, read back.
type PartName struct {
	Shard       int
	First, Last string
	Attempt     int
}

var partKey = regexp.MustCompile(`(?:^|/)describe/(\d{4,9})/([0-9A-Za-z]{18})-([0-9A-Za-z]{18})\.a([1-9]\d{0,8})$`)

// ParsePart reads the key of a part; ok is false for every other key.
func ParsePart(key string) (part PartName, ok bool) {
	m := partKey.FindStringSubmatch(key)
	if m == nil {
		return PartName{}, false
	}
	shard, err := strconv.Atoi(m[1])
	if err != nil {
		return PartName{}, false
	}
	attempt, err := strconv.Atoi(m[4])
	if err != nil {
		return PartName{}, false
	}
	return PartName{Shard: shard, First: m[2], Last: m[3], Attempt: attempt}, true
}

// LoginName is the key of a login, read back.
type LoginName struct {
	Hour time.Time
	N    int
}

func (a LoginName) compare(b LoginName) int {
	return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.N, b.N))
}

var loginKey = regexp.MustCompile(`(?:^|/)logins/(\d{8}T\d{2})/(\d{2,4})$`)

// ParseLogin reads the key of a login; ok is false for every other key.
func ParseLogin(key string) (name LoginName, ok bool) {
	m := loginKey.FindStringSubmatch(key)
	if m == nil {
		return LoginName{}, false
	}
	hour, err := time.Parse(hourName, m[1])
	if err != nil {
		return LoginName{}, false
	}
	n, err := strconv.Atoi(m[2])
	return LoginName{Hour: hour, N: n}, err == nil
}

var ownerKey = regexp.MustCompile(`(?:^|/)owner/(\d{4,9})\.json$`)

// ParseOwner reads which owner the key of a mark is of; ok is false for every other key.
func ParseOwner(key string) (n int, ok bool) {
	m := ownerKey.FindStringSubmatch(key)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil && n > 0
}
