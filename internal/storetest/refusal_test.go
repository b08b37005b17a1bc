package storetest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/storetest"
)

// refused is an answer of a store at the very start, and what the message must say.
type refused struct {
	kind   storetest.Kind
	status int
	code   string
	want   string
	class  fault.Class
}

var refusals = []refused{
	{storetest.S3, 403, "AccessDenied", "may not do that; give them s3:GetObject", fault.Invalid},
	{storetest.S3, 403, "InvalidAccessKeyId", "does not accept the credentials; check AWS_ACCESS_KEY_ID", fault.Invalid},
	{storetest.S3, 403, "SignatureDoesNotMatch", "AWS_SECRET_ACCESS_KEY", fault.Invalid},
	{storetest.S3, 403, "RequestTimeTooSkewed", "set the clock", fault.Invalid},
	{storetest.S3, 400, "ExpiredToken", "AWS_SESSION_TOKEN", fault.Invalid},
	{storetest.S3, 400, "AuthorizationHeaderMalformed", "set region=", fault.Invalid},
	{storetest.S3, 301, "PermanentRedirect", "set region=", fault.Invalid},
	{storetest.S3, 404, "NoSuchBucket", "there is no bucket s3://", fault.Invalid},
	{storetest.S3, 501, "NotImplemented", "only if it is absent", fault.Invalid},
	{storetest.S3, 507, "XMinioStorageFull", "the store is full; make room", fault.Transient},
	{storetest.S3, 503, "SlowDown", "busy or away", fault.Transient},
	{storetest.S3, 418, "Teapot", "the words of the store", fault.Transient},
	{storetest.Azure, 403, "AuthenticationFailed", "AZURE_STORAGE_KEY", fault.Invalid},
	{storetest.Azure, 403, "AuthorizationPermissionMismatch", "Storage Blob Data Contributor", fault.Invalid},
	{storetest.Azure, 403, "AuthorizationFailure", "network rules", fault.Invalid},
	{storetest.Azure, 404, "ContainerNotFound", "there is no bucket azblob://", fault.Invalid},
	{storetest.Azure, 409, "AccountIsDisabled", "may not do that", fault.Invalid},
	{storetest.Google, 401, "authError", "GOOGLE_APPLICATION_CREDENTIALS", fault.Invalid},
	{storetest.Google, 403, "forbidden", "Storage Object User", fault.Invalid},
}

// TestID_saysWhatAStoreRefuses lets a store refuse every request from the first on.
func TestID_saysWhatAStoreRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range refusals {
		t.Run(string(test.kind)+" "+test.code, func(t *testing.T) {
			t.Parallel()
			p := storetest.NewFake(t)
			p.Set(storetest.Refusal(test.kind, test.status, test.code))
			_, err := open(t, test.kind, p).ID(t.Context())
			f := fault.From(err)
			if f == nil || f.Class != test.class || f.System != fault.Bucket {
				t.Fatalf("got %v, want a fault of class %s", err, test.class)
			}
			for _, want := range []string{test.want, test.code} {
				if !strings.Contains(f.Message, want) {
					t.Errorf("the message %q does not say %q", f.Message, want)
				}
			}
			if errors.Is(err, staging.ErrNotExist) {
				t.Errorf("%v is taken for something that is not there", err)
			}
			if len(err.Error()) > 3000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

// TestRead_aRefusalIsNotAnAbsence asks a store for an object that it forbids to read: no caller may take it for absent.
func TestRead_aRefusalIsNotAnAbsence(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		p := storetest.NewFake(t)
		p.Set(storetest.Refusal(kind, http.StatusForbidden, "AccessDenied"))
		s, ctx := open(t, kind, p), t.Context()
		_, read := s.Read(ctx, "a/b")
		_, exists := s.Exists(ctx, "a/b")
		var listed error
		for _, listed = range s.List(ctx, "a/") {
		}
		for what, err := range map[string]error{
			"a read": read, "a look": exists, "a list": listed, "a write": s.WriteJSON(ctx, "a/b", 1), "a copy": s.Copy(ctx, "a/b", "a/c"),
		} {
			f := fault.From(err)
			if f == nil || f.Class != fault.Transient || errors.Is(err, staging.ErrNotExist) || s.Unreadable(err) ||
				strings.Contains(f.Message, "there is no bucket") || !strings.Contains(f.Message, "AccessDenied (403)") {
				t.Errorf("%s: %v, want that it is forbidden", what, err)
			}
		}
	})
}

// TestRead_whatAGatewayDoesNotFindIsNotAbsent lets a gateway before the store answer 404. A store says with a code of its own what does
// not exist; without one, the object may exist.
func TestRead_whatAGatewayDoesNotFindIsNotAbsent(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		for name, row := range map[string]struct{ media, body string }{
			"nothing":   {"", ""},
			"words":     {"text/plain", "404 page not found\n"},
			"a message": {"application/json", `{"message":"no Route matched with those values"}`},
		} {
			p := storetest.NewFake(t)
			p.Set(storetest.Answer(http.StatusNotFound, map[string]string{"Content-Type": row.media}, row.body))
			s, ctx := open(t, kind, p), t.Context()
			_, id := s.ID(ctx)
			_, read := s.Read(ctx, "a/b")
			there, exists := s.Exists(ctx, "a/b")
			var lines, listed error
			for _, lines = range s.Lines(ctx, "a/b") {
			}
			for _, listed = range s.List(ctx, "a/") {
			}
			for what, err := range map[string]error{
				"the id": id, "a read": read, "a look": exists, "a stream": lines, "a list": listed,
				"a write": s.WriteJSON(ctx, "a/b", 1), "a copy": s.Copy(ctx, "a/b", "a/c"),
			} {
				f := fault.From(err)
				if f == nil || f.Class != fault.Transient || errors.Is(err, staging.ErrNotExist) || s.Unreadable(err) ||
					!strings.Contains(f.Message, "the store answered status 404") || !strings.Contains(f.Message, "NO_PROXY") {
					t.Errorf("%s, %s: %v, %v; want that something else may have answered", name, what, there, err)
				}
			}
		}
	})
}

// TestRead_aPageIsNoObject puts a portal before the store.
func TestRead_aPageIsNoObject(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		for _, status := range []int{http.StatusOK, http.StatusForbidden, http.StatusNotFound} {
			p := storetest.NewFake(t)
			p.Set(storetest.Page(status))
			s, ctx := open(t, kind, p), t.Context()
			_, id := s.ID(ctx)
			_, read := s.Read(ctx, "a/b")
			var lines, listed error
			for _, lines = range s.Lines(ctx, "a/b") {
			}
			for _, listed = range s.List(ctx, "a/") {
			}
			host := strings.TrimPrefix(p.URL, "http://")
			for what, err := range map[string]error{"the id": id, "a read": read, "a stream": lines, "a list": listed} {
				f := fault.From(err)
				if f == nil || errors.Is(err, staging.ErrTorn) || s.Unreadable(err) || strings.Contains(err.Error(), "remove it") {
					t.Errorf("%d, %s: %v, want that something else answers", status, what, err)
				} else if kind != storetest.Google && !strings.Contains(f.Message, host) {
					t.Errorf("%d, %s: %q does not name %s", status, what, f.Message, host)
				}
			}
		}
	})
}

// TestRead_aPageIsNoObjectHoweverItBegins puts portals before the store that answer with status 200.
func TestRead_aPageIsNoObjectHoweverItBegins(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		for name, portal := range storetest.Pages(http.StatusOK, http.MethodGet) {
			p := storetest.NewFake(t)
			p.Set(portal)
			s, ctx := open(t, kind, p), t.Context()
			_, id := s.ID(ctx)
			_, read := s.Read(ctx, "a/b")
			var lines error
			for _, lines = range s.Lines(ctx, "a/b") {
			}
			for what, err := range map[string]error{"the id": id, "a read": read, "a stream": lines} {
				if !fault.Is(err, fault.Transient) || s.Unreadable(err) ||
					!strings.Contains(err.Error(), "something else answers") && !strings.Contains(err.Error(), "is no store") {
					t.Errorf("a page that begins with %s, %s: %v, want that something else answers", name, what, err)
				}
			}
		}
	})
}

// TestID_whatAGatewaySaysIsNoDamage puts a gateway before the store that answers with status 200 and no page. People who removed
// the object as damaged would lose the bucket's id.
func TestID_whatAGatewaySaysIsNoDamage(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind storetest.Kind) {
		for media, body := range map[string]string{"application/json": `{"error":{"code":"blocked"}}`, "text/plain": "Access denied by policy\n"} {
			p := storetest.NewFake(t)
			p.Set(storetest.Answer(http.StatusOK, map[string]string{"Content-Type": media}, body))
			s := open(t, kind, p)
			_, id := s.ID(t.Context())
			_, known := s.KnownID(t.Context())
			var listed error
			for _, listed = range s.List(t.Context(), "a/") {
			}
			var content int
			read := s.ReadJSON(t.Context(), "a/b", &content)
			if s.Unreadable(read) && media == "text/plain" {
				t.Errorf("%s: what was asked for is thought to be lost: %v", media, read)
			}
			for what, err := range map[string]error{"the first look": id, "a later one": known, "a list": listed} {
				if !fault.Is(err, fault.Transient) || what != "a list" && !strings.Contains(err.Error(), "NO_PROXY") || strings.Contains(err.Error(), "remove") {
					t.Errorf("%s, %s: %v, want that something else answers", media, what, err)
				}
			}
		}
	})
}

// TestOpen_namesAVariableThatWasCopiedBadly opens a store with a key in quotes, which the store would only call wrong.
func TestOpen_namesAVariableThatWasCopiedBadly(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", `"s3cret"`)
	_, err := staging.Open(t.Context(), storetest.URL(storetest.S3, "bucket", "http://127.0.0.1:1"))
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "AWS_SECRET_ACCESS_KEY begins and ends with a quote") {
		t.Errorf("got %v", err)
	}
}

// TestList_aPageOfAPortalIsNoEnd puts a portal before the store once a list has begun.
func TestList_aPageOfAPortalIsNoEnd(t *testing.T) {
	t.Parallel()
	var keys strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&keys, "<Contents><Key>a/%04d</Key><Size>1</Size><LastModified>2026-01-02T15:04:05.000Z</LastModified></Contents>", i)
	}
	first := storetest.Answer(http.StatusOK, map[string]string{"Content-Type": "application/xml"}, `<?xml version="1.0" encoding="UTF-8"?>`+
		"<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>b</NextContinuationToken>"+keys.String()+"</ListBucketResult>")
	p := storetest.NewFake(t)
	p.Set(func(w http.ResponseWriter, r *http.Request) bool {
		if q := r.URL.Query(); q.Has("list-type") && !q.Has("continuation-token") {
			return first(w, r)
		}
		return storetest.Page(http.StatusOK)(w, r)
	})
	var n int
	var err error
	for _, err = range open(t, storetest.S3, p).List(t.Context(), "a/") {
		n++
	}
	if n < 1000 || !fault.Is(err, fault.Transient) {
		t.Errorf("a list of %d entries ends with %v, want that something else answers", n, err)
	}
}
