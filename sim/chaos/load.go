package chaos

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// Load is what clients do to a network and what they were told.
type Load struct {
	network  *Network
	contract chain.Address

	mutex        sync.Mutex
	acknowledged []chain.Hash // ids whose receipts were served
	history      []porcupine.Operation
	began        time.Time
	pace         pace

	Sent     atomic.Int64 // transactions that a node took, or may have taken
	Executed atomic.Int64 // receipts served
	Unknown  atomic.Int64
	Refused  atomic.Int64
	recovery atomic.Pointer[recovery]
}

// keys is how many registers are in use at one time, and era for how long: then others
// are. A write of unknown outcome may take effect at any later time, so that a history
// of one register with many of them could be searched for ever.
const (
	keys = 5
	era  = 20 * time.Second
)

// StartLoad deploys the registers and starts clients: bankers move money between
// accounts, as fast as they can until [Load.Pace], the others read and write registers.
// They stop when the context ends; wait waits for them.
func (n *Network) StartLoad(ctx context.Context, bankers, others int) (l *Load, wait func(), err error) {
	l = &Load{network: n, began: time.Now()}
	if err := l.deploy(ctx); err != nil {
		return nil, nil, err
	}
	var clients sync.WaitGroup
	for i := range bankers {
		clients.Go(func() { l.bank(ctx, i, bankers) })
	}
	for i := range others {
		clients.Go(func() { l.operate(ctx, i, n.accounts[bankers+i]) })
	}
	return l, clients.Wait, nil
}

func (l *Load) deploy(ctx context.Context) error {
	owner := l.network.accounts[len(l.network.accounts)-1]
	raw, err := owner.sign(&ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: l.network.chainID, Gas: 500_000, Data: deployment(registerCode),
	})
	if err != nil {
		return err
	}
	r, err := l.network.endpoints[0].execute(ctx, raw)
	if err != nil {
		return fmt.Errorf("deploying the registers: %w", err)
	}
	return l.contract.UnmarshalText([]byte(r.ContractAddress))
}

// attempt is one attempt of a client to have a transaction executed: it asks the
// node for the nonce, so that nothing lost before makes it wait.
func (l *Load) attempt(ctx context.Context, e *endpoint, a *account, t ethereum.Transaction) (*receipt, error) {
	nonce, err := e.nonce(ctx, a)
	if err != nil {
		return nil, err
	}
	t.Type, t.ChainID, t.Nonce = ethereum.TypeDynamicFee, l.network.chainID, nonce
	raw, err := a.sign(&t)
	if err != nil {
		return nil, err
	}
	sent := time.Since(l.began)
	l.Sent.Add(1)
	r, err := e.execute(ctx, raw)
	switch {
	case err == nil:
		l.note(r, sent)
	case errors.Is(err, errUnknown):
		l.Unknown.Add(1)
	default:
		l.Refused.Add(1)
	}
	return r, err
}

// note keeps what was acknowledged, of a transaction that was sent at a moment since
// the load began.
func (l *Load) note(r *receipt, sent time.Duration) {
	l.Executed.Add(1)
	if awaited := l.recovery.Load(); awaited != nil && sent >= awaited.since {
		select {
		case awaited.came <- time.Since(l.began):
		default: // another was first
		}
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.acknowledged = append(l.acknowledged, r.TransactionHash)
}

// pause keeps a client whose node is away from spinning.
func pause(ctx context.Context) {
	timer := time.NewTimer(100 * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// bundle is how many transfers a banker has under way at one time.
const bundle = 25

// bank moves one unit at a time from one account to another, a bundle of transfers
// at a time: all but the last are sent as one batch, and when the last one's receipt
// is served those of the others are asked for.
func (l *Load) bank(ctx context.Context, i, bankers int) {
	random := rand.New(rand.NewPCG(uint64(i), 1)) //nolint:gosec // the same load every time
	for attempt := uint64(0); l.pace.await(ctx); attempt++ {
		to := l.network.accounts[random.IntN(bankers)].address
		if err := l.transfer(ctx, random, l.network.accounts[i], to, attempt); err != nil {
			pause(ctx)
		}
	}
}

// reach asks a node for an account's nonce, another one when that gives no answer: losing
// nodes makes no client rest.
func (l *Load) reach(ctx context.Context, random *rand.Rand, a *account) (e *endpoint, nonce uint64, err error) {
	for range 2 * len(l.network.endpoints) {
		e = l.network.endpoints[random.IntN(len(l.network.endpoints))]
		if nonce, err = e.nonce(ctx, a); err == nil {
			break
		}
	}
	return e, nonce, err
}

func (l *Load) transfer(ctx context.Context, random *rand.Rand, from *account, to chain.Address, attempt uint64) error {
	e, nonce, err := l.reach(ctx, random, from)
	if err != nil {
		return err
	}
	var raws [bundle]string
	for k := range raws {
		raw, err := from.sign(&ethereum.Transaction{
			Type: ethereum.TypeDynamicFee, ChainID: l.network.chainID, Nonce: nonce + uint64(k), Gas: 30_000, To: &to,
			Value: chain.WordFromUint64(1), Data: serial(attempt),
		})
		if err != nil {
			return err
		}
		raws[k] = "0x" + hex.EncodeToString(raw)
	}
	sent := time.Since(l.began)
	var ids [bundle - 1]string
	if err := batch(ctx, e, ids[:], "eth_sendRawTransaction", raws[:bundle-1]); err != nil {
		l.Unknown.Add(bundle - 1)
		return err
	}
	l.Sent.Add(bundle)
	last, err := e.executeText(ctx, raws[bundle-1])
	if err != nil {
		l.Unknown.Add(bundle)
		return err
	}
	l.note(last, sent)
	var receipts [bundle - 1]*receipt
	if err := batch(ctx, e, receipts[:], "eth_getTransactionReceipt", ids[:]); err != nil {
		l.Unknown.Add(bundle - 1)
		return err
	}
	for _, r := range receipts {
		if r == nil {
			l.Unknown.Add(1)
			continue
		}
		l.note(r, sent)
	}
	return nil
}

// serial makes every attempt a transaction of its own: one that is sent again after
// an unknown outcome is then never taken for its predecessor.
func serial(attempt uint64) []byte { return binary.BigEndian.AppendUint64(nil, attempt) }

// operate reads and writes registers and keeps the history. A client whose
// operation has an unknown outcome goes on under another name: the operation may
// take effect at any later time.
func (l *Load) operate(ctx context.Context, i int, a *account) {
	random := rand.New(rand.NewPCG(uint64(i), 2)) //nolint:gosec // the same load every time
	name := i
	for ctx.Err() == nil {
		o := operation{key: l.register(random), write: random.IntN(2) == 0, value: random.Uint64N(1 << 32)}
		e := l.network.endpoints[random.IntN(len(l.network.endpoints))]
		called := time.Since(l.began).Nanoseconds()
		r, err := l.attempt(ctx, e, a, ethereum.Transaction{Gas: 200_000, To: &l.contract, Data: o.input()})
		switch {
		case err == nil:
			output, err := o.output(r)
			if err != nil {
				l.network.t.Errorf("operation %+v: %v", o, err)
				return
			}
			l.keep(porcupine.Operation{ClientId: name, Input: o, Call: called, Output: output, Return: time.Since(l.began).Nanoseconds()})
		case errors.Is(err, errUnknown) && o.write:
			l.keep(porcupine.Operation{ClientId: name, Input: o, Call: called, Output: unknown, Return: -1})
			name += 1000
			pause(ctx)
		default:
			pause(ctx)
		}
	}
}

// register draws one of the registers of the present era.
func (l *Load) register(random *rand.Rand) uint64 {
	return uint64(time.Since(l.began)/era)*keys + random.Uint64N(keys) //nolint:gosec // not negative
}

func (o operation) output(r *receipt) (uint64, error) {
	if r.Status != "0x1" {
		return 0, fmt.Errorf("status %s", r.Status)
	}
	if o.write {
		return 0, nil
	}
	if len(r.Logs) != 1 {
		return 0, fmt.Errorf("%d logs", len(r.Logs))
	}
	data, err := hex.DecodeString(r.Logs[0].Data[2:])
	if err != nil || len(data) != chain.WordSize {
		return 0, fmt.Errorf("log %q: %w", r.Logs[0].Data, err)
	}
	value, _ := chain.Word(data).Uint64()
	return value, nil
}

func (l *Load) keep(op porcupine.Operation) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.history = append(l.history, op)
}

// recovery is what is waited for after a loss: the receipt of a transaction that was
// sent after it. Receipts of those that were under way say nothing.
type recovery struct {
	since time.Duration
	came  chan time.Duration // when, since began
}

// Recovery waits until a transaction that is sent from now on is executed and returns
// how long that took.
func (l *Load) Recovery(ctx context.Context) (time.Duration, error) {
	r := &recovery{since: time.Since(l.began), came: make(chan time.Duration, 1)}
	l.recovery.Store(r)
	defer l.recovery.Store(nil)
	select {
	case came := <-r.came:
		return came - r.since, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}
