package pool_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// model is the pool's contract in the plainest form: nonces and what holds them.
type model struct {
	limits pool.Limits
	nonces map[chain.Address]uint64
	held   map[chain.Address]map[uint64]chain.Verified
	order  map[chain.Hash]int // of arrival
	count  int
}

func newModel(limits pool.Limits) *model {
	return &model{
		limits: limits, nonces: make(map[chain.Address]uint64),
		held: make(map[chain.Address]map[uint64]chain.Verified), order: make(map[chain.Hash]int),
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

// accepts says whether the pool must take a transaction; the model's prices are
// chosen so that a replacement either doubles the price or does not rise.
func (m *model) accepts(t chain.Verified) bool {
	nonce := m.nonces[t.Sender]
	if t.Nonce < nonce || t.Nonce-nonce >= uint64(m.limits.PerSender) {
		return false
	}
	if old, ok := m.held[t.Sender][t.Nonce]; ok {
		return t.TipCap.Cmp(old.TipCap) > 0
	}
	if m.count < m.limits.Transactions {
		return true
	}
	victim, ok := m.victim()
	return ok && t.Nonce == nonce+m.pending(t.Sender) && victim.Sender != t.Sender && victim.TipCap.Cmp(t.TipCap) < 0
}

// victim is the queued transaction with the lowest tip cap, among equals the
// latest.
func (m *model) victim() (victim chain.Verified, ok bool) {
	for from, list := range m.held {
		for nonce, t := range list {
			if nonce < m.nonces[from]+m.pending(from) {
				continue
			}
			c := t.TipCap.Cmp(victimTip(victim))
			if !ok || c < 0 || c == 0 && m.order[t.ID] > m.order[victim.ID] {
				victim, ok = t, true
			}
		}
	}
	return victim, ok
}

func victimTip(t chain.Verified) chain.Word {
	if t.Transaction == nil {
		return chain.Word{}
	}
	return t.TipCap
}

func (m *model) add(t chain.Verified) {
	if _, replaces := m.held[t.Sender][t.Nonce]; !replaces && m.count >= m.limits.Transactions {
		victim, _ := m.victim()
		delete(m.held[victim.Sender], victim.Nonce)
	}
	if m.held[t.Sender] == nil {
		m.held[t.Sender] = make(map[uint64]chain.Verified)
	}
	m.held[t.Sender][t.Nonce] = t
	m.order[t.ID] = len(m.order)
	m.recount()
}

func (m *model) recount() {
	m.count = 0
	for _, list := range m.held {
		m.count += len(list)
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
		limits := pool.Limits{Transactions: 12, Bytes: 1 << 20, PerSender: 6, Replacements: 4}
		p, m := pool.New(limits), newModel(limits)
		for range 400 {
			from := byte(random.IntN(4) + 1)
			if random.IntN(4) == 0 {
				included := m.advance(sender(from), uint64(random.IntN(3)))
				p.Advance(maps.Clone(m.nonces), included)
			} else {
				price := uint64(1) << (2 * random.IntN(5))
				transaction := offer(from, m.nonces[sender(from)]+uint64(random.IntN(7)), price, price)
				want := m.accepts(transaction)
				_, err := p.Add(transaction, m.nonces[sender(from)])
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
