package dissemination

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Patience is that of an assembly.
type Patience struct {
	Grace  time.Duration // before the first question: what is missing is mostly on its way
	Answer time.Duration // before another one is asked
	Pause  time.Duration // when all have been asked in vain
	Ask    int           // transactions of one question
}

// DefaultPatience is what a node starts with.
func DefaultPatience() Patience {
	return Patience{Grace: 20 * time.Millisecond, Answer: 250 * time.Millisecond, Pause: 200 * time.Millisecond, Ask: 1 << 14}
}

// Assembly puts together what one header orders: the batch that matches the header, and
// the transactions that it names. It asks one source after the other, in turn and again,
// for what is missing.
type Assembly struct {
	patience Patience
	header   chain.Hash
	sources  []chain.NodeID

	batch   *Batch // nil until the one that matches is known
	found   []chain.Verified
	places  map[chain.Hash]int
	missing map[chain.Hash]struct{}

	due   time.Time // of the next question
	turn  int
	asked map[chain.NodeID]int  // questions without an answer
	heard map[chain.NodeID]bool // who has told a batch
}

// NewAssembly begins with nothing; sources are asked in their order.
func NewAssembly(patience Patience, header chain.Hash, sources []chain.NodeID, now time.Time) *Assembly {
	return &Assembly{patience: patience, header: header, sources: sources, due: now.Add(patience.Grace), asked: make(map[chain.NodeID]int), heard: make(map[chain.NodeID]bool)}
}

// Batch returns the batch, nil while it is not known.
func (a *Assembly) Batch() *Batch { return a.batch }

// Transactions returns what the batch names, in its order; complete only when Done.
func (a *Assembly) Transactions() []chain.Verified { return a.found }

// Done reports whether everything is there.
func (a *Assembly) Done() bool { return a.batch != nil && len(a.missing) == 0 }

// Admits reports whether a batch that a peer tells is worth comparing with the header:
// the first of each peer, and those it was asked for.
func (a *Assembly) Admits(from chain.NodeID) bool {
	if a.batch != nil || a.heard[from] && !a.Expects(from) {
		return false
	}
	a.heard[from] = true
	return true
}

// Begin takes the batch, which the caller has found to match the header.
func (a *Assembly) Begin(b *Batch, now time.Time) {
	if a.batch != nil {
		return
	}
	a.batch, a.found = b, make([]chain.Verified, len(b.IDs))
	a.places, a.missing = make(map[chain.Hash]int, len(b.IDs)), make(map[chain.Hash]struct{}, len(b.IDs))
	for i, id := range b.IDs {
		a.places[id], a.missing[id] = i, struct{}{}
	}
	a.due = now.Add(a.patience.Grace)
}

// Look finds what is missing where find looks, such as the node's pool.
func (a *Assembly) Look(find func(id chain.Hash) (chain.Verified, bool)) {
	for id := range a.missing {
		if t, ok := find(id); ok {
			a.put(t)
		}
	}
}

func (a *Assembly) put(t chain.Verified) {
	if _, missing := a.missing[t.ID]; missing {
		a.found[a.places[t.ID]] = t
		delete(a.missing, t.ID)
	}
}

// Names reports whether a transaction is in the batch.
func (a *Assembly) Names(id chain.Hash) bool {
	_, named := a.places[id]
	return named
}

// Misses reports whether a transaction is in the batch and not there yet.
func (a *Assembly) Misses(id chain.Hash) bool {
	_, missing := a.missing[id]
	return missing
}

// Expects reports whether a peer owes an answer.
func (a *Assembly) Expects(from chain.NodeID) bool { return a.asked[from] > 0 }

// Answered takes the transactions of an answer, verified, or none when a peer had
// nothing; Expects was true of it.
func (a *Assembly) Answered(from chain.NodeID, transactions []chain.Verified, now time.Time) {
	if a.asked[from]--; a.asked[from] <= 0 {
		delete(a.asked, from)
	}
	for i := range transactions {
		a.put(transactions[i])
	}
	if len(transactions) == 0 && a.turn%len(a.sources) == 0 {
		now = now.Add(a.patience.Pause) // nobody has had it: it may come to somebody
	}
	if now.Before(a.due) {
		a.due = now
	}
}

// Wake is when Step should be called next; the zero time when there is nothing to wait
// for.
func (a *Assembly) Wake() time.Time {
	if a.Done() || len(a.sources) == 0 {
		return time.Time{}
	}
	return a.due
}

// Step returns the question to ask now, and whom; nil when there is none.
func (a *Assembly) Step(now time.Time) (to chain.NodeID, want *Want) {
	if a.Done() || len(a.sources) == 0 || now.Before(a.due) {
		return to, nil
	}
	to = a.sources[a.turn%len(a.sources)]
	a.turn++
	a.due = now.Add(a.patience.Answer)
	if a.turn%len(a.sources) == 0 {
		a.due = a.due.Add(a.patience.Pause)
	}
	a.asked[to]++
	want = &Want{Header: a.header}
	if a.batch == nil {
		return to, want
	}
	for _, id := range a.batch.IDs {
		if len(want.IDs) == a.patience.Ask {
			break
		}
		if _, missing := a.missing[id]; missing {
			want.IDs = append(want.IDs, id)
		}
	}
	return to, want
}
