package smartbft

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// census counts what the engines of a world say that they drop, and the signatures under view
// data that they have checked.
type census struct {
	mutex  sync.Mutex
	drops  []string
	checks int
}

// counted is an engine of a census.
type counted struct {
	*engine
	consensus.Host
	census *census
}

func (c *census) newEngine(options consensus.Options) consensus.Engine {
	options.Logf = func(_ slog.Level, format string, arguments ...any) {
		if said := fmt.Sprintf(format, arguments...); strings.Contains(said, "dropped") {
			c.mutex.Lock()
			defer c.mutex.Unlock()
			c.drops = append(c.drops, said)
		}
	}
	return &counted{engine: newEngine(options, allCare), census: c}
}

// Start implements consensus.Engine.
func (e *counted) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	e.Host = host
	return e.engine.Start(ctx, e, boot)
}

// Verify implements consensus.Host.
func (e *counted) Verify(key chain.PublicKey, kind string, message, signature []byte) error {
	if kind == viewKind {
		e.census.mutex.Lock()
		e.census.checks++
		e.census.mutex.Unlock()
	}
	return e.Host.Verify(key, kind, message, signature)
}

// onlyOf verifies that messages of one node only were dropped, and that each of some others
// has said so once a second.
func (c *census) onlyOf(t *testing.T, flooder *enginetest.Node, others int, lasted time.Duration) {
	t.Helper()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	for _, said := range c.drops {
		if !strings.Contains(said, flooder.ID.String()) && !strings.Contains(said, fmt.Sprintf("node %d ", numberOf(flooder.ID))) {
			t.Errorf("dropped of another than the one who floods: %s", said)
			break
		}
	}
	if most := others * (int(lasted/time.Second) + 1) * 2; len(c.drops) == 0 || len(c.drops) > most { // of the inbox and of the gate
		t.Errorf("%d remarks of %d nodes in %s, want 1 to %d", len(c.drops), others, lasted, most)
	}
}

// flood has a node say something to some others, many times every so often, until it is told
// to end.
func flood(w *enginetest.World, from int, to []int, every time.Duration, times int, message func() []byte) (end func()) {
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			case <-time.After(every):
			}
			m := message()
			for _, n := range to {
				for range times {
					w.Send(from, n, m)
				}
			}
		}
	}()
	return func() {
		close(stop)
		<-done
	}
}

func encoded(t *testing.T, m *protos.Message) []byte {
	t.Helper()
	b, err := encodeMessage(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The leader is away, and what the others say about the next view has to wait in the gate,
// into which one of them puts as much as it can, twelve thousand small messages a second. Of
// seven, two may be faulty.
func TestMessagesForAFarViewLeaveTheOthersTheirPlacesInTheGate(t *testing.T) {
	c, given := &census{}, fair(1)
	given.New, given.Nodes, given.Sync = c.newEngine, 7, 0
	far := encoded(t, &protos.Message{Content: &protos.Message_Prepare{Prepare: &protos.Prepare{View: 1 << 63, Seq: 1, Digest: "d"}}})
	enginetest.Run(t, given, func(w *enginetest.World) {
		begin := time.Now()
		defer flood(w, 6, w.Others(0, 6), 5*time.Millisecond, 60, func() []byte { return far })()
		time.Sleep(time.Second)
		for height := uint64(1); height <= 3; height++ {
			w.Order()
			w.MustReach(height, time.Second, w.All()...)
		}
		w.Isolate(0)
		w.Order()
		took := w.MustReach(4, time.Minute, w.Others(0, 6)...)
		if took > 2*time.Second {
			t.Errorf("the next block after the loss of the leader takes %s", took)
		}
		c.onlyOf(t, w.Nodes[6], 5, time.Since(begin))
	})
}

// forged is a new view that names all members, with signatures that are none.
func forged(t *testing.T, w *enginetest.World, view, height uint64) []byte {
	t.Helper()
	return newView(t, w, view, height, func(*enginetest.Node, []byte) []byte { return make([]byte, 64) })
}

func TestForgedNewViewsCostFewChecksOfSignatures(t *testing.T) {
	c, given := &census{}, fair(1)
	given.New = c.newEngine
	enginetest.Run(t, given, func(w *enginetest.World) {
		begin, view := time.Now(), uint64(0)
		end := flood(w, 3, w.Others(3), 2*time.Millisecond, 1, func() []byte {
			view++ // it leads one in four
			return forged(t, w, view, w.Nodes[0].Height())
		})
		for height := uint64(1); height <= 20; height++ {
			w.Order()
			w.MustReach(height, time.Second, w.All()...)
			time.Sleep(200 * time.Millisecond)
		}
		end()
		if view := w.Nodes[0].Running().Engine.Status().View; view != 0 {
			t.Errorf("the view is changed to %d", view)
		}
		lasted := time.Since(begin)
		c.onlyOf(t, w.Nodes[3], 3, lasted)
		c.mutex.Lock()
		defer c.mutex.Unlock()
		if most := 10 * 3 * int(lasted/time.Second+1); c.checks == 0 || c.checks > most {
			t.Errorf("%d checks by three nodes in %s for %d new views, want 1 to %d", c.checks, lasted, view, most)
		}
	})
}

// While a block is committed SmartBFT takes nothing, and what comes waits in the inbox: here
// all that one node can send, and then what the others say about the next block. Of seven,
// one is slow and one floods it.
func TestAnInboxThatOneSenderHasFilledHasRoomForAllOthers(t *testing.T) {
	c, given := &census{}, fair(1)
	given.New, given.Nodes = c.newEngine, 7
	const slower = 300 * time.Millisecond
	small := encoded(t, &protos.Message{Content: &protos.Message_Prepare{Prepare: &protos.Prepare{View: 0, Seq: 1 << 40, Digest: "d"}}})
	enginetest.Run(t, given, func(w *enginetest.World) {
		begin := time.Now()
		w.Nodes[1].Fail(enginetest.Faults{Commit: slower})
		for height := uint64(1); height <= 9; height += 2 {
			w.Order()
			w.MustReach(height, time.Second, w.Others(1, 6)...)
			for range 12_000 {
				w.Send(6, 1, small)
			}
			time.Sleep(10 * time.Millisecond)
			w.Order()
			w.MustReach(height+1, time.Second, w.Others(1, 6)...)
			if took := w.MustReach(height+1, time.Minute, 1); took > 2*slower {
				t.Errorf("the node that is flooded has height %d %s after the others", height+1, took)
			}
		}
		c.onlyOf(t, w.Nodes[6], 1, time.Since(begin))
	})
}
