package site

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"
	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/report/page"
	"longhaul/internal/staging"
)

// handler answers requests.
type handler struct {
	Options

	local bool          // only this machine reaches the server
	slots chan struct{} // of answers that are being given
}

const (
	answerWithin = 30 * time.Second
	mostPage     = 8 << 20 // bytes of a page that is served; the pages of this version are smaller
	mostAtOnce   = 8       // sources that are looked up at one time
)

// absent is the answer where there is nothing.
type absent string

func (a absent) Error() string { return string(a) }

// ServeHTTP answers GET and HEAD.
func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	head := w.Header()
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Cache-Control", "no-cache, private")
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		head.Set("Allow", "GET, HEAD")
		h.words(w, http.StatusMethodNotAllowed, "Pages can be read, and nothing else.")
		return
	case h.local && !ofThisMachine(r.Host):
		h.words(w, http.StatusMisdirectedRequest, "This address is for browsers on this machine, as localhost. "+
			"A proxy before it must ask for localhost; or set report.listen to an address that others reach.")
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		h.words(w, http.StatusServiceUnavailable, "Too many pages are asked for at the moment.")
		return
	}
	err := fault.Caught(func() error { return h.answer(ctx, w, r) })
	var nothing absent
	switch {
	case err == nil, r.Context().Err() != nil:
	case errors.As(err, &nothing):
		h.words(w, http.StatusNotFound, string(nothing))
	default:
		h.Logger.Warn("a page could not be shown", zap.String("path", r.URL.Path), zap.Error(err))
		h.words(w, http.StatusServiceUnavailable, "The bucket cannot be read at the moment. The log says why.")
	}
}

// ofThisMachine says whether a request asks for this machine by an address or as localhost. Another name may be that of somebody's page on the
// internet whose name leads here.
func ofThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || net.ParseIP(host) != nil
}

// answer finds what a path names.
func (h *handler) answer(ctx context.Context, w http.ResponseWriter, r *http.Request) error {
	if r.URL.Path == "/" {
		return h.list(ctx, w)
	}
	source, rest, folder := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	if !slices.Contains(h.Sources(), source) {
		return absent("There is no such page. The first page lists the sources.")
	}
	if !folder {
		http.Redirect(w, r, "/"+source+"/", http.StatusFound)
		return nil
	}
	if rest == "" {
		newest, err := h.newest(ctx, source)
		if err != nil {
			return err
		}
		if newest == "" {
			return absent("No sync of " + source + " has a page yet: its first one gets one when it ends.")
		}
		rest = newest
	}
	id, csv := strings.CutSuffix(rest, staging.GapsSuffix)
	id = strings.TrimPrefix(strings.TrimSuffix(id, staging.PageSuffix), source+"-") // as pages name each other that `longhaul report` puts beside each other
	if !syncs.MatchString(id) {
		return absent("There is no such page. A page is named by the id of its sync, as longhaul history " + source + " shows them.")
	}
	if csv {
		return h.gaps(ctx, w, source, id)
	}
	return h.page(ctx, w, source, id)
}

// list answers with the sources.
func (h *handler) list(ctx context.Context, w http.ResponseWriter) error {
	names := slices.Sorted(slices.Values(h.Sources()))
	sources := make([]page.Source, len(names))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(mostAtOnce)
	for i, name := range names {
		group.Go(func() error {
			return fault.Caught(func() (err error) {
				sources[i], err = h.source(ctx, name)
				return err
			})
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	var content bytes.Buffer
	if err := page.WriteList(&content, sources); err != nil {
		return err
	}
	return send(w, http.StatusOK, page.Policy(), content.Bytes())
}

// source is the row of a source.
func (h *handler) source(ctx context.Context, name string) (page.Source, error) {
	row := page.Source{Name: name}
	id, err := h.newest(ctx, name)
	if err != nil || id == "" {
		return row, err
	}
	sync := staging.Sync{Source: name, ID: id}
	row.At, _, _ = staging.ParseSyncID(id)
	record, err := read[history.Record](ctx, h.Store, staging.RecordKey(name, id))
	if err != nil {
		return row, err
	}
	var end *history.End
	if record == nil {
		if end, err = read[history.End](ctx, h.Store, sync.End()); err != nil {
			return row, err
		}
	}
	row.Outcome = page.OutcomeOf(record, end)
	return row, nil
}

// read reads an object; nil where there is none that can be read.
func read[T any](ctx context.Context, store *staging.Store, key string) (*T, error) {
	var object T
	switch err := store.ReadJSON(ctx, key, &object); {
	case err == nil:
		return &object, nil
	case store.Unreadable(err):
		return nil, nil //nolint:nilnil // absent, and so said above
	default:
		return nil, err
	}
}

// newest is the id of the newest sync of a source that has a page; empty where none has.
func (h *handler) newest(ctx context.Context, source string) (newest string, err error) {
	prefix := staging.PagePrefix(source)
	for key, err := range h.Store.List(ctx, prefix) {
		if err != nil {
			return "", err
		}
		id := strings.TrimSuffix(strings.TrimPrefix(key, prefix), staging.PageSuffix)
		if staging.PageKey(source, id) == key {
			newest = max(newest, id)
		}
	}
	return newest, nil
}

// page answers with the page of a sync.
func (h *handler) page(ctx context.Context, w http.ResponseWriter, source, id string) error {
	content, err := h.read(ctx, staging.PageKey(source, id), "Sync "+id+" of "+source+" has no page here: it still runs or has just ended, it was terminated, "+
		"or its page is kept no longer. Once it is over, longhaul report "+source+" "+id+" makes a page of what it left.")
	if err != nil {
		return err
	}
	return send(w, http.StatusOK, policyOf(content), content)
}

// gaps answers with the list of gaps of a sync.
func (h *handler) gaps(ctx context.Context, w http.ResponseWriter, source, id string) error {
	key := staging.GapsKey(source, id)
	content, size, err := h.Store.OpenFile(ctx, key)
	if err != nil {
		if h.Store.Unreadable(err) {
			return absent("Sync " + id + " of " + source + " has no list of gaps.")
		}
		return err
	}
	defer func() { _ = content.Close() }()
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="`+source+"-"+id+staging.GapsSuffix+`"`)
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	w.Header().Set("Content-Security-Policy", nothingAllowed)
	w.WriteHeader(http.StatusOK)
	_, err = io.Copy(w, content)
	if err != nil {
		h.Logger.Warn("a list of gaps was cut off", zap.String("key", key), zap.Error(err))
	}
	return nil // the answer has begun
}

func (h *handler) read(ctx context.Context, key, otherwise string) ([]byte, error) {
	r, size, err := h.Store.OpenFile(ctx, key)
	if err != nil {
		if h.Store.Unreadable(err) {
			return nil, absent(otherwise)
		}
		return nil, err
	}
	defer func() { _ = r.Close() }()
	if size > mostPage {
		return nil, absent("This page is too large to be shown: it is no page of Longhaul.")
	}
	return io.ReadAll(io.LimitReader(r, mostPage))
}

// words answer with one sentence.
func (h *handler) words(w http.ResponseWriter, status int, words string) {
	var content bytes.Buffer
	if err := page.WriteWords(&content, words); err != nil {
		h.Logger.Error("an answer could not be written", zap.Error(err))
	}
	_ = send(w, status, page.Policy(), content.Bytes()) // nobody hears it any more
}

// send sends a page with its policy. No other page may show it in a frame, which a page cannot say of itself.
func send(w http.ResponseWriter, status int, policy string, content []byte) error {
	head := w.Header()
	head.Set("Content-Type", "text/html; charset=utf-8")
	head.Set("Content-Security-Policy", policy+"; frame-ancestors 'none'")
	head.Set("Content-Length", strconv.Itoa(len(content)))
	w.WriteHeader(status)
	_, err := w.Write(content)
	return err
}

const nothingAllowed = "default-src 'none'; frame-ancestors 'none'"

// syncs are the ids of syncs, none of which leads out of the pages of a source.
var syncs = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z.-]{0,99}$`)

var (
	policyMeta = regexp.MustCompile(`<meta http-equiv="Content-Security-Policy" content="([^"<>]*)">`)
	// policies are those of pages of any version: their own style and their own script, by their hashes.
	policies = regexp.MustCompile(`^default-src 'none'; style-src 'sha256-[0-9A-Za-z+/=]{44}'; script-src 'sha256-[0-9A-Za-z+/=]{44}'; ` +
		`base-uri 'none'; form-action 'none'$`)
)

// policyOf is the policy of a page, as the page has it: a page of another version has another style. One that has no such policy may do
// nothing.
func policyOf(content []byte) string {
	const head = 1000
	if found := policyMeta.FindSubmatch(content[:min(len(content), head)]); found != nil {
		if policy := html.UnescapeString(string(found[1])); policies.MatchString(policy) {
			return policy
		}
	}
	return "default-src 'none'; base-uri 'none'; form-action 'none'"
}
