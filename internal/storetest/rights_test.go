package storetest_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/rights"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/storetest"
)

// rows are those of the five rights, in their order.
var rows = []string{"bucket.list", "bucket.read", "bucket.write", "bucket.write_if_absent", "bucket.delete"}

// statuses are the same for all rows but those named.
func statuses(all doctor.Status, but map[string]doctor.Status) map[string]doctor.Status {
	want := map[string]doctor.Status{}
	for _, id := range rows {
		want[id] = all
		if status, named := but[id]; named {
			want[id] = status
		}
	}
	return want
}

// onRequests is a fault of the requests that a test chooses.
func onRequests(chosen func(r *http.Request) bool, fault storetest.Fault) storetest.Fault {
	return func(w http.ResponseWriter, r *http.Request) bool { return chosen(r) && fault(w, r) }
}

// isList says whether a request lists, and is not for an object.
func isList(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Query().Has("list-type")
}

func TestRights_eachHasItsOwnFinding(t *testing.T) {
	t.Parallel()
	denied := storetest.Refusal(storetest.S3, http.StatusForbidden, "AccessDenied")
	method := func(name string) func(*http.Request) bool {
		return func(r *http.Request) bool {
			return !isList(r) && (r.Method == name || name == http.MethodGet && r.Method == http.MethodHead)
		}
	}
	type status = map[string]doctor.Status
	for name, row := range map[string]struct {
		fault    storetest.Fault
		careless bool
		fails    string
		want     status
		says     string
		fix      string
		leaves   bool // the credentials may not delete
	}{
		"all is well": {want: statuses(doctor.Pass, nil)},
		"no list": {
			fault: onRequests(isList, denied), fails: "bucket.list", says: "AccessDenied", fix: "give the credentials s3:ListBucket",
			want: statuses(doctor.Pass, status{"bucket.list": doctor.Fail}),
		},
		"no read": {
			fault: onRequests(method(http.MethodGet), denied), fails: "bucket.read", says: "AccessDenied", fix: "give the credentials s3:GetObject",
			want: statuses(doctor.Pass, status{"bucket.read": doctor.Fail, "bucket.delete": doctor.Warn}), leaves: true,
		},
		"no write": {
			fault: onRequests(method(http.MethodPut), denied), fails: "bucket.write", says: "AccessDenied", fix: "give the credentials s3:PutObject",
			want: statuses(doctor.Skipped, status{"bucket.write": doctor.Fail}),
		},
		"no delete": {
			fault: onRequests(method(http.MethodDelete), denied), fails: "bucket.delete", says: "left its object check-place",
			fix: "give the credentials s3:DeleteObject", want: statuses(doctor.Pass, status{"bucket.delete": doctor.Fail}), leaves: true,
		},
		"overwrites": {
			careless: true, fails: "bucket.write_if_absent", says: "overwrites an object", fix: "use a store",
			want: statuses(doctor.Pass, status{"bucket.write_if_absent": doctor.Fail}),
		},
		"no bucket": {
			fault: storetest.Refusal(storetest.S3, http.StatusNotFound, "NoSuchBucket"), fails: "bucket.write", says: "there is no bucket s3://",
			fix:  "check the storage",
			want: statuses(doctor.Skipped, status{"bucket.write": doctor.Fail}),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := storetest.NewMemory(t, row.careless)
			store := open(t, storetest.S3, p)
			p.Set(row.fault)
			findings := rights.Check(t.Context(), store)
			got := status{}
			for _, f := range findings {
				got[f.ID] = f.Status
				if f.ID == row.fails && (!strings.Contains(f.Found, row.says) || !strings.Contains(f.Fix, row.fix) || f.Cost == "" ||
					f.Class != fault.Invalid || f.System != fault.Bucket) {
					t.Errorf("got %+v, want %q and %q", f, row.says, row.fix)
				}
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s%+v", diff, findings)
			}
			p.Set(nil)
			if left := keys(t, store); len(left) > 0 != row.leaves {
				t.Errorf("left in the bucket: %v", left)
			}
		})
	}
}

// TestRights_ofManyChecksThatMayNotDeleteLeaveOneObject runs checks that may not delete: they use one place, and leave one object.
func TestRights_ofManyChecksThatMayNotDeleteLeaveOneObject(t *testing.T) {
	t.Parallel()
	p := storetest.NewMemory(t, false)
	store := open(t, storetest.S3, p)
	p.Set(storetest.Refusal(storetest.S3, http.StatusForbidden, "AccessDenied", http.MethodDelete))
	for range 3 {
		if f := rights.Check(t.Context(), store)[4]; f.Status != doctor.Fail {
			t.Errorf("got %+v", f)
		}
	}
	if left := keys(t, store); !slices.Equal(left, []string{"check-place"}) {
		t.Errorf("left in the bucket: %v", left)
	}
}

// TestRights_aSilentStoreIsAskedOnce lets a store take requests and never answer: one row says so, within the check's own time.
func TestRights_aSilentStoreIsAskedOnce(t *testing.T) {
	t.Parallel()
	p := storetest.NewMemory(t, false)
	store := open(t, storetest.S3, p)
	p.Set(storetest.Hang(http.MethodGet, http.MethodPut, http.MethodDelete, http.MethodHead))
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	for _, f := range rights.Check(ctx, store) {
		want := doctor.Skipped
		if f.ID == "bucket.write" {
			want = doctor.Fail
		}
		if f.Status != want || want == doctor.Fail && (!strings.Contains(f.Found, "did not answer in time") || f.Class != fault.Transient) {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
}

// TestRights_ofEachStoreAreNamedInItsOwnWords refuses writes on each kind of store.
func TestRights_ofEachStoreAreNamedInItsOwnWords(t *testing.T) {
	t.Parallel()
	for kind, row := range map[storetest.Kind]struct{ code, right string }{
		storetest.S3: {"AccessDenied", "s3:PutObject"}, storetest.Azure: {"AuthorizationPermissionMismatch", "blobs/write"},
		storetest.Google: {"forbidden", "storage.objects.create"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			p := storetest.NewFake(t)
			store := open(t, kind, p)
			p.Set(storetest.Refusal(kind, http.StatusForbidden, row.code))
			findings := rights.Check(t.Context(), store)
			i := slices.IndexFunc(findings, func(f doctor.Finding) bool { return f.ID == "bucket.write" })
			if f := findings[i]; f.Status != doctor.Fail || !strings.Contains(f.Fix, row.right) || !strings.Contains(fmt.Sprint(f), row.code) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func keys(t *testing.T, store *staging.Store) (all []string) {
	t.Helper()
	for key, err := range store.List(t.Context(), "") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, key)
	}
	return all
}

// allRights tries them on a real server, which is empty of it afterwards.
func allRights(t *testing.T, store *staging.Store) {
	t.Helper()
	for _, f := range rights.Check(t.Context(), store) {
		if f.Status != doctor.Pass {
			t.Errorf("got %+v", f)
		}
	}
	for _, key := range keys(t, store) {
		if strings.HasPrefix(key, "check-") {
			t.Errorf("%s is left", key)
		}
	}
}
