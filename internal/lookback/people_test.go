package lookback

import (
	"math/rand/v2"
	"testing"

	"longhaul/internal/simulator/server"
)

// people change the org. What they change is chosen at random, by a seed, so that a failure can be looked at again.
type people struct {
	random *rand.Rand
	closed []string // folders
}

func newPeople() *people { return &people{random: rand.New(rand.NewPCG(10, 90))} }

// some is a number from 0 to most.
func (p *people) some(most int) server.Picks { return server.Picks{Number: p.random.IntN(most + 1)} }

// once is one row, now and then.
func (p *people) once(in int) server.Picks {
	if p.random.IntN(in) == 0 {
		return server.Picks{Number: 1}
	}
	return server.Picks{}
}

func (p *plant) churn(t *testing.T, c server.Churn) server.Churned {
	t.Helper()
	done, err := p.sim.Churn(c)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

// work is what people do in half a day.
func (p *people) work(t *testing.T, at *plant) {
	t.Helper()
	at.churn(t, server.Churn{
		Create: p.random.IntN(4), Rename: p.some(4), Move: p.some(3), Private: p.once(4), Delete: p.some(2), Gain: p.some(3), Lose: p.some(3),
		Widen: p.once(12), Join: p.once(12), Deny: p.some(2), Obsolete: p.once(9),
	})
	if p.random.IntN(3) == 0 {
		at.tryChurn(server.Churn{Restore: server.Picks{Number: 1}})
		at.tryChurn(server.Churn{Allow: server.Picks{Number: 1 + p.random.IntN(3)}})
	}
	at.tryChurn(server.Churn{ // a small org may have none left to change so
		Object: "Dashboard", Create: p.random.IntN(2), Rename: p.some(1), Move: p.once(3), Delete: p.once(5), RunAs: p.some(1), Private: p.once(9),
	})
	folders := server.Churn{Object: "Folder", Rename: p.once(4)}
	if p.random.IntN(12) == 0 {
		folders.Create = 1
	}
	at.churn(t, folders)
	if p.random.IntN(10) == 0 {
		p.closed = append(p.closed, at.churn(t, server.Churn{Object: "Folder", Close: server.Picks{Number: 1}}).Closed...)
	}
	if len(p.closed) > 0 && p.random.IntN(8) == 0 {
		at.churn(t, server.Churn{Object: "Folder", Open: server.Picks{IDs: p.closed[:1]}})
		p.closed = p.closed[1:]
	}
	if p.random.IntN(6) == 0 {
		at.churn(t, server.Churn{Object: "User", Create: 1})
	}
}

// tryChurn makes a change where there is something to change so.
func (p *plant) tryChurn(c server.Churn) { _, _ = p.sim.Churn(c) }
