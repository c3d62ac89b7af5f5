package ledger

import (
	"sync"
	"sync/atomic"

	"github.com/credibleledger/credibleledger/conformance"
)

// powerCut loads a ledger and, ahead of every sync, opens what a power cut would leave.
func (b bench) powerCut(t conformance.T) {
	if b.NewDisk == nil {
		t.Skipf("no disk was given that can lose power")
	}
	// The chain is made in memory first: recovery is compared with it.
	whole := b.grow(t, 80, "")
	whole.run(16)
	disk := b.NewDisk()
	whole.options.Directory = "ledger"
	c := &cutter{grown: whole, acknowledge: atomic.Int64{}}
	c.acknowledge.Store(-1)
	disk.Watch(c.cut)
	l, err := disk.Open(t.Context(), whole.options)
	if err != nil {
		t.Fatalf("open on the disk: %v", err)
	}
	defer func() { _ = l.Close() }()
	c.acknowledge.Store(0)
	for height := uint64(1); height <= whole.tip(); height++ {
		whole.must(l.Append(t.Context(), whole.blocks[height]), "append")
		c.acknowledge.Store(int64(2*height - 1))
		staged, err := l.Stage(whole.results[height].Writes())
		whole.must(err, "stage")
		whole.must(l.Commit(t.Context(), whole.results[height], staged), "commit")
		c.acknowledge.Store(int64(2 * height))
	}
	if err := l.Close(); err != nil {
		t.Fatalf("close: %v", err)
	}
	if c.cuts == 0 {
		t.Fatalf("the ledger never synced")
	}
	t.Logf("%d power cuts, each with 3 outcomes", c.cuts)
}

// cutter compares what power cuts leave with what had been acknowledged.
type cutter struct {
	*grown
	acknowledge atomic.Int64 // calls that returned: 2h-1 is Append of h, 2h its Commit; -1 before Open
	lock        sync.Mutex
	cuts        int
}

func (c *cutter) cut(lost func(share int) Disk) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.cuts++
	acknowledged := c.acknowledge.Load() // before the disk is copied
	for _, share := range []int{0, 50, 100} {
		c.recover(lost(share), share, acknowledged)
	}
}

// recover opens what is left. It runs in the goroutine that synced, so it must not
// end the check, and reports instead.
func (c *cutter) recover(disk Disk, share int, acknowledged int64) {
	l, err := disk.Open(c.t.Context(), c.options)
	if err != nil {
		c.t.Errorf("power cut after call %d with %d%% of unsynced data: open: %v", acknowledged, share, err)
		return
	}
	defer func() { _ = l.Close() }()
	status := l.Status()
	decided, executed := uint64(max(acknowledged+1, 0))/2, uint64(max(acknowledged, 0))/2
	if status.Decided < decided || status.Executed < executed || status.Decided > decided+1 || status.Executed > executed+1 {
		c.t.Errorf("power cut after call %d with %d%% of unsynced data: recovered %+v, acknowledged were %d and %d",
			acknowledged, share, status, decided, executed)
		return
	}
	tip := c.blocks[status.Decided].Block.Header.Hash(c.bench.Hasher)
	if header, err := l.Header(status.Decided); err != nil || header.Hash(c.bench.Hasher) != tip {
		c.t.Errorf("power cut after call %d: block %d is another: %v", acknowledged, status.Decided, err)
	}
	staged, err := l.Stage(nil)
	if err != nil || staged.Root() != c.results[status.Executed].StateRoot {
		c.t.Errorf("power cut after call %d: the state of height %d has another root: %v", acknowledged, status.Executed, err)
	}
}
