package pool

import (
	"errors"
	"fmt"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// PriceBump is the least rise in per cent by which a replacement must outbid.
const PriceBump = 10

// Limits bound the pool; they are local and never decide a block's validity.
type Limits struct {
	Transactions int // in all
	Bytes        int // of wire encodings in all
	PerSender    int // of one sender, and how far a nonce may be ahead
	Replacements int // of one sender and nonce at zero price
}

// DefaultLimits are what a node starts with.
func DefaultLimits() Limits {
	return Limits{Transactions: 100_000, Bytes: 256 << 20, PerSender: 16_384, Replacements: 64}
}

// The reasons of refusal, in the words that Ethereum clients match on.
var (
	ErrKnown       = errors.New("already known")
	ErrNonceTooLow = errors.New("nonce too low")
	ErrUnderpriced = errors.New("replacement transaction underpriced")
	ErrFull        = errors.New("txpool is full")
	ErrSenderFull  = errors.New("account limit exceeded")
	ErrGap         = errors.New("nonce too far ahead")
	ErrLane        = errors.New("lane is not supported by this pool")
)

// entry is one pooled transaction.
type entry struct {
	transaction  chain.Verified
	arrival      uint64
	replacements int
}

// account is one sender's transactions by nonce.
type account struct {
	nonce   uint64 // next nonce by state
	ready   uint64 // how many follow the nonce without a gap
	byNonce map[uint64]*entry
}

// extend counts on over transactions that have closed a gap.
func (a *account) extend() {
	for a.byNonce[a.nonce+a.ready] != nil {
		a.ready++
	}
}

// move sets a new next nonce.
func (a *account) move(nonce uint64) {
	if passed := nonce - a.nonce; nonce >= a.nonce && passed <= a.ready {
		a.ready -= passed
	} else {
		a.ready = 0
	}
	a.nonce = nonce
	a.extend()
}

// Pool is a transaction pool. It is safe for concurrent use.
type Pool struct {
	limits Limits

	mutex    sync.RWMutex
	byID     map[chain.Hash]*entry
	accounts map[chain.Address]*account
	bytes    int
	arrivals uint64
}

// New returns an empty pool.
func New(limits Limits) *Pool {
	return &Pool{limits: limits, byID: make(map[chain.Hash]*entry), accounts: make(map[chain.Address]*account)}
}

// Added says what became of an added transaction.
type Added struct {
	Pending  bool             // it can go into the next block
	Promoted []chain.Verified // queued ones that became pending with it, in order
	Replaced *chain.Verified  // the one that it replaced
}

// Add takes an admitted transaction. nonce is the sender's next nonce in the
// latest state.
func (p *Pool) Add(t chain.Verified, nonce uint64) (Added, error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	a := p.accounts[t.Sender]
	if a == nil {
		a = &account{nonce: nonce, byNonce: make(map[uint64]*entry)}
	} else if nonce > a.nonce {
		p.advance(a, nonce) // the caller has seen a later block than Advance has told of
	}
	if err := p.check(a, t); err != nil {
		return Added{}, err
	}
	before := a.ready
	added, replacements, err := p.replace(a, t)
	if err != nil {
		return Added{}, err
	}
	if err := p.makeRoom(t, t.Nonce <= a.nonce+before, added.Replaced); err != nil {
		return Added{}, err
	}
	if added.Replaced != nil {
		p.drop(added.Replaced.ID)
	}
	p.accounts[t.Sender] = a
	p.arrivals++
	e := &entry{transaction: t, arrival: p.arrivals, replacements: replacements}
	a.byNonce[t.Nonce], p.byID[t.ID] = e, e
	p.bytes += len(t.Raw)

	a.extend()
	after := a.ready
	added.Pending = t.Nonce < a.nonce+after
	for n := a.nonce + before + 1; added.Replaced == nil && n < a.nonce+after; n++ {
		added.Promoted = append(added.Promoted, a.byNonce[n].transaction)
	}
	return added, nil
}

func (p *Pool) check(a *account, t chain.Verified) error {
	switch {
	case p.byID[t.ID] != nil:
		return ErrKnown
	case t.Lane != 0:
		return fmt.Errorf("%w: lane %d", ErrLane, t.Lane)
	case t.Nonce < a.nonce:
		return fmt.Errorf("%w: next nonce %d, tx nonce %d", ErrNonceTooLow, a.nonce, t.Nonce)
	case t.Nonce-a.nonce >= uint64(p.limits.PerSender):
		return fmt.Errorf("%w: next nonce %d, tx nonce %d, at most %d ahead", ErrGap, a.nonce, t.Nonce, p.limits.PerSender)
	case len(a.byNonce) >= p.limits.PerSender && a.byNonce[t.Nonce] == nil:
		return fmt.Errorf("%w: %d transactions of %s are waiting", ErrSenderFull, len(a.byNonce), t.Sender)
	}
	return nil
}

// replace decides whether t may take the place of one with its nonce.
func (p *Pool) replace(a *account, t chain.Verified) (added Added, replacements int, err error) {
	old := a.byNonce[t.Nonce]
	if old == nil {
		return added, 0, nil
	}
	added.Replaced, replacements = &old.transaction, old.replacements
	if old.transaction.FeeCap.IsZero() && t.FeeCap.IsZero() {
		if replacements++; replacements > p.limits.Replacements {
			return added, 0, fmt.Errorf("%w: replaced %d times at zero price already", ErrUnderpriced, p.limits.Replacements)
		}
		return added, replacements, nil
	}
	if !outbids(t.FeeCap, old.transaction.FeeCap) || !outbids(t.TipCap, old.transaction.TipCap) {
		return added, 0, ErrUnderpriced
	}
	return added, replacements, nil
}

// drop removes one transaction by id and reports whether it was there.
func (p *Pool) drop(id chain.Hash) bool {
	e := p.byID[id]
	if e == nil {
		return false
	}
	delete(p.byID, id)
	p.bytes -= len(e.transaction.Raw)
	a := p.accounts[e.transaction.Sender]
	delete(a.byNonce, e.transaction.Nonce)
	if nonce := e.transaction.Nonce; nonce >= a.nonce {
		a.ready = min(a.ready, nonce-a.nonce)
	}
	if len(a.byNonce) == 0 {
		delete(p.accounts, e.transaction.Sender)
	}
	return true
}

// Advance tells the pool the new nonces of accounts after a block, and which ids
// the block included; what can no longer be included is dropped.
func (p *Pool) Advance(nonces map[chain.Address]uint64, included []chain.Hash) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	for _, id := range included {
		p.drop(id)
	}
	for address, nonce := range nonces {
		if a := p.accounts[address]; a != nil {
			p.advance(a, nonce)
		}
	}
}

// advance gives one account a new next nonce and drops what lies before it.
func (p *Pool) advance(a *account, nonce uint64) {
	for n, e := range a.byNonce {
		if n < nonce {
			p.drop(e.transaction.ID)
		}
	}
	a.move(nonce)
}

// Remove drops one transaction and reports whether it was there.
func (p *Pool) Remove(id chain.Hash) bool {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return p.drop(id)
}

// Clear drops everything.
func (p *Pool) Clear() {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	clear(p.byID)
	clear(p.accounts)
	p.bytes = 0
}
