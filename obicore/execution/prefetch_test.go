package execution_test

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"reflect"
	"runtime"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// observed is a state that says what has been read, and when that must have ended.
type observed struct {
	ledger.View
	entries memory
	fault   error // of reading accounts whose first byte is 0xff

	mutex  sync.Mutex
	reads  map[chain.StateKey]int
	closed bool
}

var (
	errDisk    = errors.New("the disk fails")
	errRefused = errors.New("refused")
)

func (o *observed) Get(key chain.StateKey) ([]byte, error) {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if o.closed {
		panic("read after the end")
	}
	o.reads[key]++
	if o.fault != nil && key.Owner[0] == 0xff {
		return nil, o.fault
	}
	return o.entries[key], nil
}

func (o *observed) close() {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	o.closed = true
}

func addressOf(n uint64) (a chain.Address) {
	binary.BigEndian.PutUint64(a[:], n)
	return a
}

// payments makes transactions between a few accounts, some of which cannot start, with
// access lists here and there.
func payments(random *rand.Rand, count int) []chain.Verified {
	list, nonces := make([]chain.Verified, count), make(map[chain.Address]uint64)
	for i := range list {
		sender, to := addressOf(1+random.Uint64N(20)), addressOf(1+random.Uint64N(500))
		t := &chain.Transaction{Gas: 100_000, Nonce: nonces[sender], Calls: []chain.Call{{To: &to, Value: chain.WordFromUint64(random.Uint64N(9))}}}
		if random.IntN(10) == 0 {
			t.Nonce++
		} else {
			nonces[sender]++
		}
		if random.IntN(5) == 0 {
			t.Access = []chain.Access{{Address: addressOf(random.Uint64N(500)), Slots: []chain.Word{chain.WordFromUint64(random.Uint64N(9))}}}
		}
		list[i] = chain.Verified{Sender: sender, Payer: sender, Transaction: t}
	}
	return list
}

func newExecutor(t *testing.T) (*execution.Executor, memory) {
	t.Helper()
	x, err := execution.New([]contract.VM{evm.New()}, execution.DefaultRules())
	if err != nil {
		t.Fatal(err)
	}
	world := memory{}
	for n := range uint64(20) {
		rich := chain.Account{Balance: chain.WordFromUint64(1 << 60)}
		world[chain.AccountKey(addressOf(n+1))] = rich.Encode()
	}
	return x, world
}

var plainBlock = execution.Block{
	Block: contract.Block{ChainID: 1, Height: 1, GasLimit: 1 << 40, Limits: chain.DefaultLimits()}, Rules: 1,
}

func TestReadingAheadChangesNoResultAndEndsWithTheBlock(t *testing.T) {
	x, world := newExecutor(t)
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 0))
		list := payments(random, random.IntN(400))
		want, err := x.Run(t.Context(), plainBlock, &observed{entries: world, reads: make(map[chain.StateKey]int)}, list)
		if err != nil {
			t.Fatal(err)
		}
		view := &observed{entries: world, reads: make(map[chain.StateKey]int)}
		have, err := (&execution.Prefetch{Executor: x, Readers: 1 + random.IntN(4)}).Run(t.Context(), plainBlock, view, list)
		view.close()
		if err != nil || !reflect.DeepEqual(have, want) {
			t.Fatalf("seed %d: other results, %v", seed, err)
		}
	}
}

func TestWhatIsDeclaredIsRead(t *testing.T) {
	x, world := newExecutor(t)
	list := payments(rand.New(rand.NewPCG(1, 0)), 300)
	view := &observed{entries: world, reads: make(map[chain.StateKey]int)}
	if err := readToTheEnd(x, view, list); err != nil {
		t.Fatal(err)
	}
	for i := range list {
		for key := range execution.Declared(&list[i]) {
			if view.reads[key] == 0 {
				t.Fatalf("transaction %d declares %v, which nobody has read", i, key)
			}
		}
	}
}

// readToTheEnd runs a block whose first transaction waits until all has been read ahead.
func readToTheEnd(x *execution.Executor, view *observed, list []chain.Verified) error {
	block := plainBlock
	var once sync.Once
	block.Admit = func(chain.Verified) error {
		once.Do(func() {
			for i := range list {
				for key := range execution.Declared(&list[i]) {
					for !view.has(key) {
						runtime.Gosched()
					}
				}
			}
		})
		return errRefused // none starts, so that execution itself reads senders only
	}
	_, err := (&execution.Prefetch{Executor: x, Readers: 1}).Run(context.Background(), block, view, list)
	return err
}

func (o *observed) has(key chain.StateKey) bool {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	return o.reads[key] > 0
}

func TestAFaultWhileReadingAheadIsLeftToWhoNeedsTheEntry(t *testing.T) {
	x, world := newExecutor(t)
	prefetch := &execution.Prefetch{Executor: x, Readers: 2}
	list := payments(rand.New(rand.NewPCG(2, 0)), 200)
	list[150].Access = []chain.Access{{Address: chain.Address{0xff}}} // warmed, but not read
	view := &observed{entries: world, reads: make(map[chain.StateKey]int), fault: errDisk}
	if _, err := prefetch.Run(t.Context(), plainBlock, view, list); err != nil {
		t.Errorf("an entry that nobody needs cannot be read: %v", err)
	}
	list[150].Calls[0].To = &chain.Address{0xff}
	list[150].Nonce = 1 << 40 // void: it reads its sender only
	if _, err := prefetch.Run(t.Context(), plainBlock, view, list); err != nil {
		t.Errorf("an entry that a void transaction names cannot be read: %v", err)
	}
	list[0].Calls[0].To, list[0].Nonce = &chain.Address{0xff}, 0
	if _, err := prefetch.Run(t.Context(), plainBlock, view, list); !errors.Is(err, errDisk) {
		t.Errorf("an entry that is needed cannot be read: %v", err)
	}
}
