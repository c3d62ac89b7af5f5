package sim_test

import (
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
	"github.com/credibleledger/credibleledger/sim"
)

// under runs an attack of one validator of four and demands that the other three
// go on, with memory within bounds.
func under(t *testing.T, attack func(t *testing.T, c *sim.Cluster, a *sim.Attacker)) {
	t.Helper()
	underOf(t, settings("standard"), attack)
}

func underOf(t *testing.T, s sim.Settings, attack func(t *testing.T, c *sim.Cluster, a *sim.Attacker)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, s)
		c.Start()
		want := pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		c.Nodes[3].Crash()
		a := c.Nodes[3].Attack(7)
		honest := c.Nodes[:3]
		want += pay(t, &sim.Cluster{Nodes: honest, Accounts: c.Accounts}, 2)
		time.Sleep(3 * time.Second) // the enemy hears the honest go on
		attack(t, c, a)
		want += pay(t, &sim.Cluster{Nodes: honest, Accounts: c.Accounts}, 4)
		c.SettleAmong(honest, 2*time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		var memory runtime.MemStats
		runtime.ReadMemStats(&memory)
		if memory.HeapInuse > 1<<30 {
			t.Errorf("%d MiB of heap in use", memory.HeapInuse>>20)
		}
		for _, n := range honest {
			if reason := n.Chain.HaltReason(); reason != nil {
				t.Errorf("%s has stopped: %v", n.Name, reason)
			}
		}
		a.Stop()
		c.Nodes[3].Start()
		c.Settle(2*time.Minute, func() bool { return balanceOf(t, c.Nodes[3], recipient) == want })
	})
}

func TestAValidatorThatKeepsSilentDoesNotStopTheOthers(t *testing.T) {
	under(t, func(*testing.T, *sim.Cluster, *sim.Attacker) {})
}

func TestGarbageOnEveryClassDoesNoHarm(t *testing.T) {
	under(t, func(_ *testing.T, _ *sim.Cluster, a *sim.Attacker) { a.Garbage(3000) })
}

func TestMessagesThatAreReplayedWholeOrAlteredDoNoHarm(t *testing.T) {
	under(t, func(t *testing.T, _ *sim.Cluster, a *sim.Attacker) {
		if len(a.Heard()) == 0 {
			t.Fatal("the enemy has heard nothing")
		}
		for range 5 {
			a.Replay()
			time.Sleep(200 * time.Millisecond)
		}
	})
}

func TestAFloodOnEveryClassIsBounded(t *testing.T) {
	under(t, func(_ *testing.T, _ *sim.Cluster, a *sim.Attacker) {
		large := make([]byte, 1<<20)
		for range 300 {
			for class := range network.Classes {
				a.Send(class, large)
			}
			time.Sleep(time.Millisecond)
		}
	})
}

func TestTransactionsThatNobodyHasSignedAreShunned(t *testing.T) {
	under(t, func(t *testing.T, c *sim.Cluster, a *sim.Attacker) {
		good := c.Accounts[0].Transfer(recipient, 1)
		c.Accounts[0].Forget()
		for i := range 2000 {
			forged := append([]byte(nil), good...)
			forged[len(forged)-1-i%60] ^= byte(1 + i%255)
			a.Send(network.Bulk, dissemination.Encode([][]byte{forged}))
		}
		time.Sleep(time.Second)
	})
}

func TestSyncPeersThatLieAreFoundOut(t *testing.T) {
	under(t, func(t *testing.T, c *sim.Cluster, a *sim.Attacker) {
		// It claims a height that nobody has, answers with forged and with honest
		// blocks under false proofs, and asks for everything all the time.
		status := blocksync.Status{Height: 1 << 40, Hash: chain.Hash{9}}
		ledger := c.Nodes[0].Chain.Ledger()
		for i := range 200 {
			a.Send(network.Sync, status.Encode())
			a.Send(network.Sync, (&blocksync.Request{From: 1, Blocks: 4096, Bytes: 1 << 30}).Encode())
			height := c.Nodes[0].Chain.Tip().Header.Height
			header, err := ledger.Header(height)
			if err != nil {
				t.Fatal(err)
			}
			body, err := ledger.Body(height)
			if err != nil {
				t.Fatal(err)
			}
			proof, err := ledger.Proof(height)
			if err != nil {
				t.Fatal(err)
			}
			forged := *header
			forged.Height, forged.Parent, forged.Time = height+1, header.Hash(c.Nodes[0].Chain.Suite()), header.Time+1
			reply := blocksync.Answer{From: height + 1, Blocks: []blocksync.Block{{Header: forged.Encode(), Body: body.Encode(), Proof: proof.Encode()}}}
			a.Send(network.Sync, reply.Encode())
			if i%20 == 0 {
				time.Sleep(100 * time.Millisecond)
			}
		}
		time.Sleep(15 * time.Second)
	})
}

func TestANodeThatCatchesUpTakesNothingFromALiar(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, settings("standard"))
		c.Start()
		want := pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		c.Nodes[2].Crash()
		for range 10 {
			want += pay(t, &sim.Cluster{Nodes: c.Nodes[:2], Accounts: c.Accounts}, 1)
			time.Sleep(50 * time.Millisecond)
		}
		c.SettleAmong(c.Nodes[:2], time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		c.Nodes[3].Crash()
		a := c.Nodes[3].Attack(3)
		a.Lie()
		c.Nodes[2].Start()
		c.SettleAmong(c.Nodes[:3], time.Minute, func() bool { return balanceOf(t, c.Nodes[2], recipient) == want })
	})
}
