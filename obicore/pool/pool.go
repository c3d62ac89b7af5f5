package pool

import (
	"container/list"
	"errors"
	"fmt"
	"sync"
	"time"

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

	Queued          int           // places in the queue; see Places
	QueuedPerSender int           // queued transactions of one sender
	QueuedLife      time.Duration // after which a queued transaction is dropped
}

// DefaultLimits are what a node starts with. Scripts send some hundred
// transactions of one sender in any order, which QueuedPerSender leaves room for.
func DefaultLimits() Limits {
	return Limits{
		Transactions: 100_000, Bytes: 256 << 20, PerSender: 16_384, Replacements: 64,
		Queued: 25_000, QueuedPerSender: 1024, QueuedLife: 3 * time.Hour,
	}
}

// The reasons of refusal, in the words that Ethereum clients match on.
var (
	ErrKnown       = errors.New("already known")
	ErrNonceTooLow = errors.New("nonce too low")
	ErrUnderpriced = errors.New("replacement transaction underpriced")
	ErrFull        = errors.New("txpool is full")
	ErrSenderFull  = errors.New("account limit exceeded")
	ErrGap         = errors.New("nonce too far ahead")
)

// ErrMoved says that the pool has advanced since the sender's nonce was read; it is
// for the caller, who reads again, not for clients.
var ErrMoved = errors.New("pool: the state has moved since the nonce was read")

// Pool is a transaction pool. It is safe for concurrent use.
type Pool struct {
	limits Limits
	now    func() time.Time

	mutex     sync.RWMutex
	byID      map[chain.Hash]*entry
	sequences map[place]*sequence
	shares    map[chain.Address]share
	expiring  expiring // what is valid up to a height
	bytes     int
	arrivals  uint64
	advances  uint64 // calls of Advance

	pending      int // transactions that are pending
	pendingBytes int
	places       int       // that the queue takes
	crowds       crowds    // senders with queued transactions, the most crowded on top
	ages         list.List // queued *entry, the longest queued in front
	turns        uint64    // how often a sender began to queue
}

// New returns an empty pool; now tells the time by which queued transactions age.
func New(limits Limits, now func() time.Time) *Pool {
	return &Pool{
		limits: limits, now: now,
		byID: make(map[chain.Hash]*entry), sequences: make(map[place]*sequence), shares: make(map[chain.Address]share),
	}
}

// Added says what became of an added transaction.
type Added struct {
	Pending  bool             // it can go into the next block
	Promoted []chain.Verified // queued ones that became pending with it, in order
	Replaced *chain.Verified  // the one that it replaced
}

// Advances counts the calls of Advance: a moment of the state, as the pool knows it.
func (p *Pool) Advances() uint64 {
	p.mutex.RLock()
	defer p.mutex.RUnlock()
	return p.advances
}

// Add takes an admitted transaction. nonce is the next one of its lane in the latest
// state – in the unordered lane its own – which the caller has read after advances was Advances. When that
// has risen since, Add refuses with ErrMoved: the pool forgets the nonces of senders
// without transactions, and with an old one it would wait for what is in a block.
func (p *Pool) Add(t chain.Verified, nonce, advances uint64) (added Added, err error) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if advances != p.advances {
		return Added{}, ErrMoved
	}
	p.expire()
	a := p.sequences[placeOf(&t)]
	if a == nil {
		a = &sequence{nonce: nonce, byNonce: make(map[uint64]*entry)}
	} else if nonce > a.nonce {
		p.advance(a, nonce) // the caller has seen a later block than Advance has told of
	}
	if err := p.check(a, t); err != nil {
		return Added{}, err
	}
	e := &entry{transaction: t}
	old := a.byNonce[t.Nonce]
	if e.replacements, err = p.replacements(old, t); err != nil {
		return Added{}, err
	}
	added.Pending = t.Nonce <= a.end()
	if err := p.checkRoom(a, t, old, added.Pending); err != nil {
		return Added{}, err
	}
	if old != nil {
		added.Replaced = &old.transaction
	}
	added.Promoted = p.enter(a, e, old, added.Pending)
	return added, nil
}

// enter puts a newcomer that has been checked in the place of old, or in a new
// one, and returns what became pending with it.
func (p *Pool) enter(a *sequence, e, old *entry, pending bool) (promoted []chain.Verified) {
	if old != nil {
		p.forget(a, old)
	}
	for !p.fits(e.transaction, pending, p.without(a, nil)) {
		p.evict()
	}
	p.put(a, e, pending)
	if pending && old == nil {
		a.ready++
		promoted = p.promote(a)
	}
	return promoted
}

func (p *Pool) check(a *sequence, t chain.Verified) error {
	switch own := p.shares[t.Sender]; {
	case p.byID[t.ID] != nil:
		return ErrKnown
	case t.Nonce < a.nonce:
		return fmt.Errorf("%w: next nonce %d, tx nonce %d", ErrNonceTooLow, a.nonce, t.Nonce)
	case t.Nonce-a.nonce >= uint64(p.limits.PerSender):
		return fmt.Errorf("%w: next nonce %d, tx nonce %d, at most %d ahead", ErrGap, a.nonce, t.Nonce, p.limits.PerSender)
	case a.byNonce[t.Nonce] != nil:
		return nil
	case own.transactions >= p.limits.PerSender:
		return fmt.Errorf("%w: %d transactions of %s are waiting", ErrSenderFull, own.transactions, t.Sender)
	case t.Nonce > a.end() && own.queued >= p.limits.QueuedPerSender:
		return fmt.Errorf("%w: %d transactions of %s wait for an earlier nonce: send nonce %d first", ErrSenderFull, own.queued, t.Sender, a.end())
	}
	return nil
}

// replacements decides whether t may take the place of old, which has its nonce,
// and counts the replacements at zero price.
func (p *Pool) replacements(old *entry, t chain.Verified) (int, error) {
	switch {
	case old == nil:
		return 0, nil
	case old.transaction.FeeCap.IsZero() && t.FeeCap.IsZero():
		if old.replacements >= p.limits.Replacements {
			return 0, fmt.Errorf("%w: replaced %d times at zero price already", ErrUnderpriced, p.limits.Replacements)
		}
		return old.replacements + 1, nil
	case !outbids(t.FeeCap, old.transaction.FeeCap) || !outbids(t.TipCap, old.transaction.TipCap):
		return 0, ErrUnderpriced
	}
	return old.replacements, nil
}

// put enters a transaction for which there is room.
func (p *Pool) put(a *sequence, e *entry, pending bool) {
	t := &e.transaction
	p.arrivals++
	e.arrival = p.arrivals
	p.sequences[placeOf(t)], a.byNonce[t.Nonce], p.byID[t.ID] = a, e, e
	p.bytes += len(t.Raw)
	p.count(t.Sender, 1, 0)
	p.expiring.add(e)
	if pending {
		p.countPending(e, 1)
	} else {
		p.enqueue(a, e)
	}
}

// forget takes a transaction out; what follows it keeps its standing.
func (p *Pool) forget(a *sequence, e *entry) {
	t := &e.transaction
	delete(p.byID, t.ID)
	delete(a.byNonce, t.Nonce)
	p.bytes -= len(t.Raw)
	p.count(t.Sender, -1, 0)
	p.expiring.remove(e)
	if e.age != nil {
		p.dequeue(a, e)
	} else {
		p.countPending(e, -1)
	}
	if len(a.byNonce) == 0 {
		delete(p.sequences, placeOf(t))
	}
}

// drop removes one transaction by id and reports whether it was there. Those
// behind a pending one are queued then.
func (p *Pool) drop(id chain.Hash) bool {
	e := p.byID[id]
	if e == nil {
		return false
	}
	a := p.sequences[placeOf(&e.transaction)]
	pending, end := e.age == nil, a.end()
	p.forget(a, e)
	if pending {
		a.ready = e.transaction.Nonce - a.nonce
		p.demote(a, e.transaction.Nonce+1, end)
		p.trim(a)
	}
	return true
}

// Advance tells the pool of a block: its height, the new next nonces of lanes, and which
// ids it included; what can no longer be included is dropped.
func (p *Pool) Advance(height uint64, nonces map[Lane]uint64, included []chain.Hash) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.advances++
	// Nonces first: an included transaction that lies below its lane's nonce then
	// leaves no gap.
	for lane, nonce := range nonces {
		if a := p.sequences[place{Lane: lane}]; a != nil {
			p.advance(a, nonce)
		}
	}
	for _, id := range included {
		p.drop(id)
	}
	for {
		id, any := p.expiring.before(height + 1)
		if !any {
			break
		}
		p.drop(id)
	}
	p.expire()
}

// advance gives one sequence a new next nonce and drops what lies before it.
func (p *Pool) advance(a *sequence, nonce uint64) {
	for n, e := range a.byNonce {
		if n < nonce {
			p.forget(a, e)
		}
	}
	first, end := a.nonce, a.end()
	a.nonce, a.ready = nonce, 0
	switch {
	case nonce < first:
		p.demote(a, first, end)
	case nonce < end:
		a.ready = end - nonce
	}
	p.promote(a)
	p.trim(a)
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
	clear(p.sequences)
	clear(p.shares)
	p.expiring = nil
	p.bytes, p.pending, p.pendingBytes, p.places = 0, 0, 0, 0
	p.crowds = nil
	p.ages.Init()
}
