package node

import (
	"context"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// A node that has joined by a snapshot has taken the state from the validators' word: from
// headers that a quorum signed. Until it has come as far as they are it goes on like that, and
// takes the results of blocks from its peers, each proved by the header k above it, instead of
// recovering senders and executing. What it decides on itself comes after that, and is checked
// by itself like any block.

// endorsed returns the results of a block that come with it, when a header of the same answer
// proves them; nil when the block is to be executed. An error is the fault of who sent them.
func (a *ahead) endorsed(i int) (*chain.Results, error) {
	if !a.following.Load() || len(a.blocks[i].Results) == 0 {
		return nil, nil
	}
	carrier := a.carrier(i)
	if carrier == nil {
		return nil, nil
	}
	results, err := chain.DecodeResults(a.blocks[i].Results)
	if err != nil {
		return nil, err
	}
	header := a.heads[i].header
	switch {
	case uint64(len(results.Transactions)) != header.TransactionCount:
		return nil, fmt.Errorf("results of %d transactions for block %d, which has %d", len(results.Transactions), header.Height, header.TransactionCount)
	case results.StateRoot != carrier.StateRoot || results.Root(a.suite) != carrier.ResultRoot:
		return nil, fmt.Errorf("the results of block %d are not those that header %d proves", header.Height, carrier.Height)
	}
	return results, nil
}

// carrier returns the header that carries the roots of a block, if it is in the answer and the
// set that decides now has decided it and all between: who decides after a change of the
// validators is known when it has been executed.
func (a *ahead) carrier(i int) *chain.Header {
	last := i + int(a.genesis.RootDelay) //nolint:gosec // a few
	if last >= len(a.blocks) {
		return nil
	}
	for k := i; ; k++ {
		s, err := a.head(k)
		if s == nil || err != nil {
			return nil
		}
		if k > i && (s.header.Parent != a.heads[k-1].hash || s.set != a.heads[i].set) || a.recovers(s.header.Height) {
			return nil
		}
		if k == last {
			return s.header
		}
		if s.header.NextValidators != s.set {
			return nil
		}
	}
}

// verifyUnbound checks the signatures that a transaction's id does not bind, and so neither does
// a header. Of the other transactions the sender remains unknown.
func (c *Chain) verifyUnbound(ctx context.Context, transactions []*chain.Transaction) ([]chain.Verified, []error) {
	verified := make([]chain.Verified, len(transactions))
	var unbound []*chain.Transaction
	var places []int
	for i, t := range transactions {
		verified[i].Transaction = t
		if t.Wire != t.ID {
			unbound, places = append(unbound, t), append(places, i)
		}
	}
	checked, errs := c.verifyAll(ctx, unbound)
	for i, place := range places {
		verified[place] = checked[i]
	}
	return verified, errs
}

// settled is how long a node that has joined must be as far as the others before it stops taking
// results: on a machine that is short of cores it may fall behind once more.
const settled = 10 * time.Second

// lookWhetherCaughtUp ends following when the node has been as far as an honest validator says
// that it is for a while. The mutex is held.
func (l *link) lookWhetherCaughtUp() {
	if !l.following.Load() {
		return
	}
	now := l.options.Clock.Now()
	switch best, known := l.best(); {
	case !known || l.Tip().Header.Height+l.genesis.RootDelay < best:
		l.level = time.Time{}
	case l.level.IsZero():
		l.level = now
	case now.Sub(l.level) >= settled:
		l.following.Store(false)
	}
}

// comesAgain says that a block, one of the last of an answer with nothing above it that proves
// its results, is better asked for once more, together with what comes above it.
func (l *link) comesAgain(a *ahead, i int, s *shown) bool {
	if !l.following.Load() || s == nil || s.results != nil || i == 0 || a.heads[i-1] == nil || a.heads[i-1].results == nil {
		return false
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	best, known := l.best()
	return known && s.header.Height+l.genesis.RootDelay < best
}
