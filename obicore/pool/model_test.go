package pool_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// model is the pool's contract in the plainest form: nonces and what holds them.
type model struct {
	limits pool.Limits
	nonces map[chain.Address]uint64
	held   map[chain.Address]map[uint64]chain.Verified
	order  map[chain.Hash]int    // of arrival
	turns  map[chain.Address]int // in which senders began to queue
	turn   int
	count  int
}

func newModel(limits pool.Limits) *model {
	return &model{
		limits: limits, nonces: make(map[chain.Address]uint64),
		held: make(map[chain.Address]map[uint64]chain.Verified), order: make(map[chain.Hash]int),
		turns: make(map[chain.Address]int),
	}
}

func (m *model) pending(from chain.Address) (n uint64) {
	for {
		if _, ok := m.held[from][m.nonces[from]+n]; !ok {
			return n
		}
		n++
	}
}

// queued returns a sender's queued transactions.
func (m *model) queued(from chain.Address) (list []chain.Verified) {
	for nonce, t := range m.held[from] {
		if nonce >= m.nonces[from]+m.pending(from) {
			list = append(list, t)
		}
	}
	return list
}

func places(list []chain.Verified) (n int) {
	for _, t := range list {
		n += pool.Places(t)
	}
	return n
}

// queue returns the places of all queued transactions.
func (m *model) queue() (n int) {
	for from := range m.held {
		n += places(m.queued(from))
	}
	return n
}

func (m *model) isPending(t chain.Verified) bool {
	return t.Nonce <= m.nonces[t.Sender]+m.pending(t.Sender)
}

// fits says whether a transaction has room in what is held now.
func (m *model) fits(t chain.Verified) bool {
	taken := 0
	if !m.isPending(t) {
		taken = pool.Places(t)
	}
	return m.count < m.limits.Transactions && m.queue()+taken <= m.limits.Queued
}

// accepts says whether the pool must take a transaction; the model's prices are
// chosen so that a replacement either doubles the price or does not rise.
func (m *model) accepts(t chain.Verified) bool {
	nonce, own := m.nonces[t.Sender], m.queued(t.Sender)
	if t.Nonce < nonce || t.Nonce-nonce >= uint64(m.limits.PerSender) {
		return false
	}
	if old, ok := m.held[t.Sender][t.Nonce]; ok {
		return t.TipCap.Cmp(old.TipCap) > 0 // of the same size
	}
	pending := m.isPending(t)
	if !pending && len(own) >= m.limits.QueuedPerSender {
		return false
	}
	if m.fits(t) {
		return true
	}
	all := 0
	for from := range m.held {
		all += len(m.queued(from))
	}
	switch {
	case m.count-all >= m.limits.Transactions || !pending && pool.Places(t) > m.limits.Queued:
		return false
	case pending || len(own) == 0:
		return true
	}
	crowd, _ := m.crowd()
	return places(own)+pool.Places(t) <= places(m.queued(crowd))
}

// crowd is the sender with most places in the queue, among equals the one that
// has been queueing longest.
func (m *model) crowd() (crowd chain.Address, ok bool) {
	for from := range m.held {
		own := places(m.queued(from))
		most := places(m.queued(crowd))
		if own > 0 && (!ok || own > most || own == most && m.turns[from] < m.turns[crowd]) {
			crowd, ok = from, true
		}
	}
	return crowd, ok
}

// evict drops a sender's queued transaction with the lowest tip cap, among equals
// that with the highest nonce.
func (m *model) evict(from chain.Address) {
	list := m.queued(from)
	slices.SortFunc(list, func(a, b chain.Verified) int {
		return cmp.Or(a.TipCap.Cmp(b.TipCap), cmp.Compare(b.Nonce, a.Nonce))
	})
	delete(m.held[from], list[0].Nonce)
	m.recount()
}

func victimTip(t chain.Verified) chain.Word {
	if t.Transaction == nil {
		return chain.Word{}
	}
	return t.TipCap
}

func (m *model) add(t chain.Verified) {
	if _, replaces := m.held[t.Sender][t.Nonce]; replaces {
		delete(m.held[t.Sender], t.Nonce)
		m.recount()
	} else {
		for !m.fits(t) {
			crowd, _ := m.crowd()
			m.evict(crowd)
		}
	}
	if m.held[t.Sender] == nil {
		m.held[t.Sender] = make(map[uint64]chain.Verified)
	}
	m.held[t.Sender][t.Nonce] = t
	m.order[t.ID] = len(m.order)
	m.recount()
}

// remove drops a transaction and trims the queue into which those behind it fall.
func (m *model) remove(t chain.Verified) {
	delete(m.held[t.Sender], t.Nonce)
	m.recount()
	for len(m.queued(t.Sender)) > m.limits.QueuedPerSender {
		m.evict(t.Sender)
	}
	for m.queue() > m.limits.Queued {
		crowd, _ := m.crowd()
		m.evict(crowd)
	}
}

func (m *model) recount() {
	m.count = 0
	for from, list := range m.held {
		m.count += len(list)
		switch began := m.turns[from] > 0; {
		case len(m.queued(from)) == 0:
			delete(m.turns, from)
		case !began:
			m.turn++
			m.turns[from] = m.turn
		}
	}
}

// advance includes up to n pending transactions of a sender.
func (m *model) advance(from chain.Address, n uint64) (included []chain.Hash) {
	for range min(n, m.pending(from)) {
		included = append(included, m.held[from][m.nonces[from]].ID)
		delete(m.held[from], m.nonces[from])
		m.nonces[from]++
	}
	m.recount()
	return included
}

// selection sorts by repeatedly taking the best head.
func (m *model) selection() (list []chain.Verified) {
	taken := make(map[chain.Address]uint64)
	for {
		var best chain.Verified
		found := false
		for from := range m.held {
			t, ok := m.held[from][m.nonces[from]+taken[from]]
			if !ok {
				continue
			}
			c := t.TipCap.Cmp(victimTip(best))
			if !found || c > 0 || c == 0 && m.order[t.ID] < m.order[best.ID] {
				best, found = t, true
			}
		}
		if !found {
			return list
		}
		taken[best.Sender]++
		list = append(list, best)
	}
}

func TestThePoolBehavesLikeItsContractUnderRandomUse(t *testing.T) {
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 0xb001))
		limits := pool.Limits{
			Transactions: 14, Bytes: 1 << 20, PerSender: 6, Replacements: 4,
			Queued: 8, QueuedPerSender: 3, QueuedLife: time.Hour,
		}
		p, m := newPool(limits), newModel(limits)
		for range 400 {
			from := byte(random.IntN(4) + 1)
			if held := m.held[sender(from)]; len(held) > 0 && random.IntN(8) == 0 {
				nonces := slices.Sorted(maps.Keys(held))
				t := held[nonces[random.IntN(len(nonces))]]
				p.Remove(t.ID)
				m.remove(t)
			} else if random.IntN(4) == 0 {
				included := m.advance(sender(from), uint64(random.IntN(3)))
				p.Advance(0, byLane(m.nonces), included)
			} else {
				price := uint64(1) << (2 * random.IntN(5))
				transaction := offer(from, m.nonces[sender(from)]+uint64(random.IntN(7)), price, price)
				if random.IntN(4) == 0 && m.held[sender(from)][transaction.Nonce].Transaction == nil {
					transaction = sized(transaction, 2*4096)
				}
				want := m.accepts(transaction)
				_, err := p.Add(transaction, m.nonces[sender(from)], p.Advances())
				if (err == nil) != want {
					t.Fatalf("seed %d: nonce %d of %s: %v, want accepted %t", seed, transaction.Nonce, transaction.Sender, err, want)
				}
				if want {
					m.add(transaction)
				}
			}
			compare(t, p, m)
		}
	}
}

func compare(t *testing.T, p *pool.Pool, m *model) {
	t.Helper()
	want := m.selection()
	wantOrder(t, selected(p.Select()), want...)
	wantCount(t, p, len(want), m.count-len(want))
	for _, c := range p.Contents() {
		held := slices.Concat(c.Pending, c.Queued)
		if len(held) != len(m.held[c.Sender]) {
			t.Fatalf("%d transactions of %s, want %d", len(held), c.Sender, len(m.held[c.Sender]))
		}
		for _, transaction := range held {
			if m.held[c.Sender][transaction.Nonce].ID != transaction.ID {
				t.Fatalf("nonce %d of %s is another one", transaction.Nonce, c.Sender)
			}
		}
	}
}

func byLane(nonces map[chain.Address]uint64) map[pool.Lane]uint64 {
	lanes := make(map[pool.Lane]uint64, len(nonces))
	for sender, nonce := range nonces {
		lanes[pool.Lane{Sender: sender}] = nonce
	}
	return lanes
}
