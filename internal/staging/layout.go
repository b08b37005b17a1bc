package staging

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Sync names one sync of one source. Its methods build the keys of all that a sync keeps in the bucket; no other code builds
// keys. docs/storage.md describes the objects.
type Sync struct {
	Source string `json:"source"`
	ID     string `json:"id"` // like 20261123T181610.042Z-ab12cd34: ids sort by time
}

// StreamSuffix ends the keys of compressed streams.
const StreamSuffix = ".jsonl.zst"

const stream = StreamSuffix

// RecordPrefix is the prefix of the records of a source's syncs, oldest first.
func RecordPrefix(source string) string { return "sources/" + source + "/records/" }

// RecordKey is the immutable record of one sync.
func RecordKey(source, id string) string { return RecordPrefix(source) + id + ".json" }

// CheckKey is the object on which the rights in the bucket are tried. It lies in no folder, which another check at the same moment
// would miss when it is removed.
func CheckKey(id string) string { return "check-" + id }

// LoginPrefix is the prefix of the objects that count a source's logins: a folder for each hour, an object for each login.
func LoginPrefix(source string) string { return "sources/" + source + "/logins/" }

// hourName is the name of the folder of an hour, in UTC.
const hourName = "20060102T15"

// LoginKey is the n-th login of an hour, counted from 0.
func LoginKey(source string, hour time.Time, n int) string {
	return LoginPrefix(source) + hour.UTC().Format(hourName) + "/" + fmt.Sprintf("%02d", n)
}

// OwnerPrefix is the prefix of the marks of those who have synced a source into the bucket. The last one counts.
func OwnerPrefix(source string) string { return "sources/" + source + "/owner/" }

// OwnerKey is the mark of the n-th owner of a source, counted from 1.
func OwnerKey(source string, n int) string {
	return OwnerPrefix(source) + fmt.Sprintf("%04d", n) + ".json"
}

// SyncsPrefix is the prefix under which each sync of a source has a folder for its state, oldest first.
func SyncsPrefix(source string) string { return "sources/" + source + "/syncs/" }

// Prefix is the prefix of every key of the sync.
func (y Sync) Prefix() string { return SyncsPrefix(y.Source) + y.ID + "/" }

// Inventory is the sorted stream of the records of a kind.
func (y Sync) Inventory(kind string) string { return y.Prefix() + "inventory/" + kind + stream }

// InventoryState is how far the enumeration of a kind has come, and in the end what it found.
func (y Sync) InventoryState(kind string) string { return y.Prefix() + "inventory/" + kind + ".json" }

// InventoryRuns is the prefix of the runs of an enumeration, which are kept until they are merged.
func (y Sync) InventoryRuns(kind string) string { return y.Prefix() + "inventory/" + kind + ".runs/" }

// InventoryRun is one sorted run. first and last are the bounds of the records that the server sent, in the server's order, so
// that two attempts never write different spans of them under one key.
func (y Sync) InventoryRun(kind, pass, first, last string) string {
	return y.InventoryRuns(kind) + pass + "-" + first + "-" + last + stream
}

// The functions below return names, for Inventory and the methods like it, of streams over the inventory of a kind or beside it.

// CaughtUp names the records of a kind that changed while the sync ran.
func CaughtUp(kind string) string { return kind + ".caughtup" }

// Found names the records of a kind that the last sync knew, that no listing returned, and that were found all the same.
func Found(kind string) string { return kind + ".found" }

// Vanished names the records of a kind that the last sync knew and that no longer exist.
func Vanished(kind string) string { return kind + ".vanished" }

// Relisted names a second listing of a kind, which replaces the first.
func Relisted(kind string) string { return kind + ".relisted" }

// Missing is what became of the records that the last sync knew and that no listing returned. It is written last.
func (y Sync) Missing() string { return y.Prefix() + "inventory/missing.json" }

// CaughtUp is what changed while the sync ran. It is written last.
func (y Sync) CaughtUp() string { return y.Prefix() + "inventory/caughtup.json" }

// SortPrefix is the prefix of lines that are sorted and do not fit in memory. Nothing below it outlives the sync.
func (y Sync) SortPrefix() string { return y.Prefix() + "sort/" }

// SortRuns is the prefix of the runs of one sort, which has an id of its own.
func (y Sync) SortRuns(id string) string { return y.SortPrefix() + id + "/" }

// SortRun is one sorted run of a sort.
func (y Sync) SortRun(id, name string) string { return y.SortRuns(id) + name + stream }

// PlanPrefix is the prefix of the plan.
func (y Sync) PlanPrefix() string { return y.Prefix() + "plan/" }

// Plan is the result of planning, written last.
func (y Sync) Plan() string { return y.PlanPrefix() + "plan.json" }

// PlanChoice names the draft that is the plan. The first attempt to write it decides.
func (y Sync) PlanChoice() string { return y.PlanPrefix() + "choice.json" }

// PlanSecond is the result of planning the second round, written last.
func (y Sync) PlanSecond() string { return y.PlanPrefix() + "second.json" }

// PlanSecondChoice names the draft that is the plan of the second round.
func (y Sync) PlanSecondChoice() string { return y.PlanPrefix() + "second-choice.json" }

// PlanDraft is the prefix under which one attempt at the plan writes. Its draft becomes the plan only when it is chosen.
func (y Sync) PlanDraft(id string) string { return y.PlanPrefix() + "drafts/" + id + "/" }

// Drafted is the key in the draft of the object that the plan keeps under key.
func (y Sync) Drafted(id, key string) string {
	return y.PlanDraft(id) + strings.TrimPrefix(key, y.PlanPrefix())
}

// PlanTodo is the stream of all reports to describe, before they are dealt into shards.
func (y Sync) PlanTodo() string { return y.PlanPrefix() + "todo" + stream }

// PlanShard is the work of shard n, counted from 0.
func (y Sync) PlanShard(n int) string { return y.PlanPrefix() + fmt.Sprintf("%04d", n) + stream }

// Reused is the stream of descriptions reused from earlier syncs.
func (y Sync) Reused() string { return y.PlanPrefix() + "reused" + stream }

// DescribePrefix is the prefix of the results of all shards.
func (y Sync) DescribePrefix() string { return y.Prefix() + "describe/" }

// PartPrefix is the prefix of the reports that shard n has described so far.
func (y Sync) PartPrefix(n int) string { return y.DescribePrefix() + fmt.Sprintf("%04d/", n) }

// Part is one part of shard n: the reports from first to last, flushed by one attempt.
func (y Sync) Part(n int, first, last string, attempt int) string {
	return y.PartPrefix(n) + first + "-" + last + ".a" + strconv.Itoa(attempt)
}

// Shard is the compacted result of shard n.
func (y Sync) Shard(n int) string { return y.DescribePrefix() + fmt.Sprintf("%04d", n) + stream }

// Described is the stream of all descriptions of the sync, copied forward from sync to sync.
func (y Sync) Described() string { return y.Prefix() + "described" + stream }

// File is one file of an export.
func (y Sync) File(export, name string) string { return y.Prefix() + "files/" + export + "/" + name }

// Account is the completeness account: one line for each report, dashboard and component.
func (y Sync) Account() string { return y.Prefix() + "account.jsonl" }

// Manifest lists the files with their checksums.
func (y Sync) Manifest() string { return y.Prefix() + "manifest.json" }

// Counted is what the account counted for the record of the sync.
func (y Sync) Counted() string { return y.Prefix() + "counted.json" }

// Try is written before the first byte of a file goes to the target of its export.
func (y Sync) Try(export, name string) string {
	return y.Prefix() + "upload/" + export + "/" + name + ".try"
}

// Receipt is written after the target has taken a file.
func (y Sync) Receipt(export, name string) string {
	return y.Prefix() + "upload/" + export + "/" + name + ".receipt"
}

// PartName is the parsed key of a part.
type PartName struct {
	Shard       int
	First, Last string
	Attempt     int
}

var partKey = regexp.MustCompile(`(?:^|/)describe/(\d{4,9})/([0-9A-Za-z]{18})-([0-9A-Za-z]{18})\.a([1-9]\d{0,8})$`)

// ParsePart parses the key of a part; ok is false for every other key.
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

// loginName is the parsed key of a login.
type loginName struct {
	Hour time.Time
	N    int
}

func (a loginName) compare(b loginName) int {
	return cmp.Or(a.Hour.Compare(b.Hour), cmp.Compare(a.N, b.N))
}

var loginKey = regexp.MustCompile(`(?:^|/)logins/(\d{8}T\d{2})/(\d{2,4})$`)

// parseLogin parses the key of a login; ok is false for every other key.
func parseLogin(key string) (name loginName, ok bool) {
	m := loginKey.FindStringSubmatch(key)
	if m == nil {
		return loginName{}, false
	}
	hour, err := time.Parse(hourName, m[1])
	if err != nil {
		return loginName{}, false
	}
	n, err := strconv.Atoi(m[2])
	return loginName{Hour: hour, N: n}, err == nil
}

var ownerKey = regexp.MustCompile(`(?:^|/)owner/(\d{4,9})\.json$`)

// parseOwner parses the key of a mark into the number of its owner; ok is false for every other key.
func parseOwner(key string) (n int, ok bool) {
	m := ownerKey.FindStringSubmatch(key)
	if m == nil {
		return 0, false
	}
	n, err := strconv.Atoi(m[1])
	return n, err == nil && n > 0
}
