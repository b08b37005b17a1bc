package exam

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/doctor"
)

// TestPart_afterAnotherCheckOfTheSourceSaysWhatDidNotAnswer has two checks of a host that hangs. The second waits for the first, and still
// has the row that names the host.
func TestPart_afterAnotherCheckOfTheSourceSaysWhatDidNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		one := part{about: "Salesforce", thing: t.Name(), most: Longest, ask: func(ctx context.Context) []doctor.Finding {
			<-ctx.Done()
			return []doctor.Finding{{ID: "tcp", Status: doctor.Fail}}
		}}
		check := func() <-chan []doctor.Finding {
			rows := make(chan []doctor.Finding, 1)
			go func() {
				ctx, cancel := context.WithTimeout(t.Context(), Longest)
				defer cancel()
				rows <- one.run(ctx)
			}()
			synctest.Wait()
			return rows
		}
		first := check()
		<-time.After(5 * time.Second)
		second := check()
		for name, rows := range map[string][]doctor.Finding{"first": <-first, "second": <-second} {
			if len(rows) != 1 || rows[0].ID != "tcp" {
				t.Errorf("the %s check has %+v", name, rows)
			}
		}
	})
}
