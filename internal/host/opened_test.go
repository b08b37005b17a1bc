package host

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/roster"
	"longhaul/internal/source"
)

// TestOpened_endsWhereWhatIsSavedHangs has a bucket or a key that never answers, for a check of a candidate and for the clients of a source.
func TestOpened_endsWhereWhatIsSavedHangs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		defer close(never)
		silent := source.Sealed(func(context.Context) (string, error) {
			<-never
			return "", nil
		})
		h, version := hostWith(t, func(c *config.Config) { c.Secrets.Key = silent })
		saved := source.Source{Name: "beta", Salesforce: source.Salesforce{Auth: source.ClientCredentials, Credentials: silent}}
		for name, read := range map[string]func() error{
			"acme": func() error { _, _, err := h.Subject(t.Context(), "acme", version); return err },
			"beta": func() error {
				_, _, err := h.sources.markOf(t.Context(), roster.Member{Source: saved, Version: "v"})
				return err
			},
		} {
			began := time.Now()
			err := read()
			f := fault.From(err)
			if f == nil || f.Class != fault.Transient || f.System != fault.Bucket || time.Since(began) > openedWithin ||
				!strings.HasPrefix(f.Message, `what is saved of source "`+name+`" gave no answer within 6 s: look whether`) {
				t.Errorf("%s: after %s: %v", name, time.Since(began), err)
			}
		}
		subject, free := h.sources.subject(t.Context(), saved)
		defer free()
		if subject.Org != nil || subject.BaseURL != "" {
			t.Errorf("got %+v", subject)
		}
	})
}
