package sim_test

import (
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/sim"
)

func TestEvidenceOfAnEquivocationIsRecordedOnceByEveryNode(t *testing.T) {
	under(t, func(t *testing.T, c *sim.Cluster, a *sim.Attacker) {
		tell := func(e *consensus.Evidence) {
			for range 5 { // again and again: it is news once
				a.Send(network.Sync, (&blocksync.Evidence{Item: e.Encode()}).Encode())
				time.Sleep(500 * time.Millisecond)
			}
			time.Sleep(15 * time.Second) // the next heartbeat records it, and its execution follows
		}
		demand := func(want chain.Conviction, accused chain.NodeID) {
			t.Helper()
			for _, n := range c.Nodes[:3] {
				if have, err := n.Chain.Conviction(accused); err != nil || have != want {
					t.Errorf("%s has recorded %+v, want %+v (%v)", n.Name, have, want, err)
				}
			}
		}
		honest, enemy := c.Nodes[0].ID, c.Nodes[3].ID
		height := c.Nodes[0].Chain.Tip().Header.Height

		tell(a.Equivocation(height, 0, true))
		demand(chain.Conviction{}, enemy)
		innocent := a.Equivocation(height, 0, false)
		innocent.Accused = honest
		tell(innocent)
		demand(chain.Conviction{}, honest)
		agreeing := a.Equivocation(height, 0, false)
		agreeing.B, agreeing.SignatureB = agreeing.A, agreeing.SignatureA
		tell(agreeing)
		demand(chain.Conviction{}, enemy)

		tell(a.Equivocation(height, 1, false))
		demand(chain.Conviction{Height: height, Round: 1, Count: 1}, enemy)
		tell(a.Equivocation(height, 0, false)) // older than what is recorded
		demand(chain.Conviction{Height: height, Round: 1, Count: 1}, enemy)
		tell(a.Equivocation(height, 2, false))
		demand(chain.Conviction{Height: height, Round: 2, Count: 2}, enemy)
		if err := c.Nodes[1].Chain.Replay(t.Context(), func(float64) {}); err != nil {
			t.Errorf("the blocks that record do not replay: %v", err)
		}
	})
}
