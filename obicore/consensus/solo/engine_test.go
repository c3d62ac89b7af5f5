package solo_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
)

// overtaking is a host that moves the tip away while the first block is decided.
type overtaking struct {
	consensus.Host
	engine  consensus.Engine
	parents chan uint64
}

func (o *overtaking) Propose(_ context.Context, parent consensus.Decision, _ []byte, _ bool) (p consensus.Proposal, err error) {
	o.parents <- parent.Proposal.Height
	if parent.Proposal.Height == 0 {
		return p, consensus.ErrNothing
	}
	return p, errors.Join(consensus.ErrProposal, o.engine.SyncedTo(context.Background(), consensus.Decision{}))
}

func TestASoloEngineTriesAgainWhenItsTipHasMoved(t *testing.T) {
	engine, err := solo.Module{}.New(consensus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	o := &overtaking{engine: engine, parents: make(chan uint64)}
	self := chain.NodeID{1}
	boot := consensus.Boot{
		Clock: &handClock{}, Self: self, Set: &chain.ValidatorSet{Members: []chain.Validator{{ID: self}}},
		Tip: consensus.Decision{Proposal: consensus.Proposal{Height: 5}},
	}
	if err := engine.Start(t.Context(), o, boot); err != nil {
		t.Fatal(err)
	}
	defer engine.Stop(context.Background())
	engine.Notify()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, want := range []uint64{5, 0} { // once notified, it is woken no more
		select {
		case parent := <-o.parents:
			if parent != want {
				t.Fatalf("parent %d, want %d", parent, want)
			}
		case <-ctx.Done():
			t.Fatal("no second try")
		}
	}
}

// handClock moves when it is told to.
type handClock struct {
	mutex sync.Mutex
	now   time.Time
	waits []wait
}

type wait struct {
	lasts time.Duration
	run   func()
}

func (c *handClock) Now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.now
}

func (c *handClock) AfterFunc(d time.Duration, f func()) func() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.waits = append(c.waits, wait{d, f})
	return func() bool { return true }
}

func (c *handClock) move(d time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.now = c.now.Add(d)
}

func (c *handClock) waiting() []wait {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.waits
}

// busy is a host whose blocks take a time to commit.
type busy struct {
	consensus.Host
	clock    *handClock
	takes    time.Duration
	body     []byte
	proposed chan uint64
}

func (b *busy) Propose(_ context.Context, parent consensus.Decision, _ []byte, _ bool) (consensus.Proposal, error) {
	b.proposed <- parent.Proposal.Height + 1
	return consensus.Proposal{Height: parent.Proposal.Height + 1, Body: b.body}, nil
}

func (b *busy) Validate(context.Context, consensus.Proposal) error { return nil }

func (b *busy) HeaderHash(consensus.Proposal) (h chain.Hash, err error) { return h, nil }

func (b *busy) Sign(string, []byte) ([]byte, error) { return []byte{1}, nil }

func (b *busy) Commit(context.Context, consensus.Decision) (*chain.ValidatorSet, error) {
	b.clock.move(b.takes)
	return nil, nil
}

func TestAfterALargeBlockASoloEngineRestsAsLongAsItTook(t *testing.T) {
	for name, c := range map[string]struct {
		bytes       int
		takes, want time.Duration // of rest; 0: none
	}{
		"a large block":            {64 << 10, 7 * time.Millisecond, 7 * time.Millisecond},
		"one that takes very long": {64 << 10, time.Second, 20 * time.Millisecond},
		"a small block":            {1 << 10, 7 * time.Millisecond, 0},
	} {
		t.Run(name, func(t *testing.T) {
			engine, err := solo.Module{}.New(consensus.Options{})
			if err != nil {
				t.Fatal(err)
			}
			clock := &handClock{}
			host := &busy{clock: clock, takes: c.takes, body: make([]byte, c.bytes), proposed: make(chan uint64)}
			self := chain.NodeID{1}
			boot := consensus.Boot{Clock: clock, Self: self, Set: &chain.ValidatorSet{Members: []chain.Validator{{ID: self}}}}
			if err := engine.Start(t.Context(), host, boot); err != nil {
				t.Fatal(err)
			}
			engine.Notify()
			<-host.proposed
			for c.want > 0 && len(clock.waiting()) == 0 {
				select {
				case height := <-host.proposed:
					t.Fatalf("height %d without a rest", height)
				case <-time.After(time.Millisecond):
				}
			}
			if c.want > 0 {
				if have := clock.waiting()[0].lasts; have != c.want {
					t.Errorf("it rests %s, want %s", have, c.want)
				}
				clock.waiting()[0].run()
			}
			if height := <-host.proposed; height != 2 {
				t.Errorf("height %d is next", height)
			}
			ended := make(chan error)
			go func() { ended <- engine.Stop(context.Background()) }()
			for stopped := false; !stopped; {
				select {
				case <-host.proposed:
				case err := <-ended:
					if stopped = true; err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
}
