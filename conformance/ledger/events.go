package ledger

import (
	"errors"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// randomLogs are events of few emitters and topics, so that queries meet some of them.
func (g *grown) randomLogs() (logs []chain.Log) {
	for range g.random.IntN(3) {
		log := chain.Log{Address: g.randomEmitter()}
		for range g.random.IntN(chain.MaxTopics + 1) {
			log.Topics = append(log.Topics, g.randomTopic())
		}
		logs = append(logs, log)
	}
	return logs
}

func (g *grown) randomEmitter() chain.Address { return chain.Address{0: byte(g.random.IntN(5))} }

func (g *grown) randomTopic() chain.Hash { return chain.Hash{0: byte(g.random.IntN(7))} }

func (g *grown) randomQuery() (query ledger.EventQuery) {
	for range g.random.IntN(3) {
		query.Emitters = append(query.Emitters, g.randomEmitter())
	}
	for range g.random.IntN(chain.MaxTopics + 1) {
		var choice []chain.Hash
		for range g.random.IntN(3) {
			choice = append(choice, g.randomTopic())
		}
		query.Topics = append(query.Topics, choice)
	}
	return query
}

func (b bench) candidatesMissNothing(t conformance.T) {
	g := b.grow(t, 93, t.TempDir())
	for round := range 3 {
		indexer, can := g.Ledger.(ledger.EventIndexer)
		if !can {
			t.Skipf("the ledger is no EventIndexer")
		}
		g.run(25)
		oldest := g.Status().OldestBody
		for range 60 {
			from := oldest + g.random.Uint64N(g.tip()-oldest+1)
			g.checkCandidates(indexer, g.randomQuery(), from, from+g.random.Uint64N(g.tip()-from+1))
		}
		if oldest > 0 {
			_, err := indexer.Candidates(t.Context(), ledger.EventQuery{}, oldest-1, g.tip(), func(uint64) bool { return true })
			if !errors.Is(err, ledger.ErrPruned) {
				t.Fatalf("round %d: a search from below the oldest block: %v", round, err)
			}
		}
		if pruner, prunes := g.Ledger.(ledger.Pruner); prunes {
			g.must(pruner.Prune(t.Context(), g.tip()-15), "prune")
		}
		g.reopen()
	}
}

// checkCandidates compares what is found with what is there, up to where the index has
// come.
func (g *grown) checkCandidates(indexer ledger.EventIndexer, query ledger.EventQuery, from, to uint64) {
	g.t.Helper()
	var found []uint64
	next, err := indexer.Candidates(g.t.Context(), query, from, to, func(height uint64) bool {
		if n := len(found); height < from || height > to || n > 0 && found[n-1] >= height {
			g.t.Fatalf("candidate %d of %d to %d after %v", height, from, to, found)
		}
		found = append(found, height)
		return true
	})
	if err != nil || next < from || next > to+1 {
		g.t.Fatalf("a search from %d to %d ended before %d: %v", from, to, next, err)
	}
	for height := from; height < next; height++ {
		if g.emits(height, &query) && !slices.Contains(found, height) {
			g.t.Fatalf("block %d has an event that %+v selects, and is left out", height, query)
		}
	}
}

func (g *grown) emits(height uint64, query *ledger.EventQuery) bool {
	for i := range g.results[height].Transactions {
		logs := g.results[height].Transactions[i].Receipt.Logs
		if slices.ContainsFunc(logs, func(log chain.Log) bool { return query.Matches(&log) }) {
			return true
		}
	}
	return false
}
