package node_test

import (
	"fmt"
	"slices"
	"sort"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// stateModel is the naive model of a chain: what blocks have written, in a map.
type stateModel struct {
	hashes   []chain.Hash // of headers
	results  [][]byte     // encoded
	blocks   []*node.Block
	decided  []*blocksync.Block // as they travel; none for genesis
	versions map[chain.StateKey][]version
	keys     []chain.StateKey // in ascending order
}

// version is what an entry holds from a height on.
type version struct {
	height uint64
	value  string
}

// modelOf reads a chain that has everything.
func modelOf(t testing.TB, c *node.Chain) *stateModel {
	t.Helper()
	m := &stateModel{versions: map[chain.StateKey][]version{}}
	for height := range c.Head().Header.Height + 1 {
		block, err := c.BlockAt(height)
		if err != nil {
			t.Fatal(err)
		}
		m.blocks, m.hashes, m.results = append(m.blocks, block), append(m.hashes, block.Hash), append(m.results, block.Results.Encode())
		if m.decided = append(m.decided, nil); height > 0 {
			m.decided[height] = blockOf(t, c, height)
		}
		for _, write := range block.Results.Writes() {
			m.versions[write.Key] = append(m.versions[write.Key], version{height, string(write.Value)})
		}
	}
	for key := range m.versions {
		m.keys = append(m.keys, key)
	}
	slices.SortFunc(m.keys, chain.StateKey.Compare)
	return m
}

// String counts what the chain has been through.
func (m *stateModel) String() string {
	transactions, failed, events, removals := 0, 0, 0, 0
	for _, block := range m.blocks {
		for _, result := range block.Results.Transactions {
			transactions, events = transactions+1, events+len(result.Receipt.Logs)
			if result.Receipt.Status == chain.StatusFailed {
				failed++
			}
			for _, write := range result.Writes {
				if len(write.Value) == 0 {
					removals++
				}
			}
		}
	}
	return fmt.Sprintf("%d blocks, %d transactions, of them %d failed, %d events, %d keys, %d removals", len(m.blocks), transactions, failed, events, len(m.keys), removals)
}

// at returns what an entry holds after a block, "" for nothing.
func (m *stateModel) at(height uint64, key chain.StateKey) string {
	versions := m.versions[key]
	n := sort.Search(len(versions), func(i int) bool { return versions[i].height > height })
	if n == 0 {
		return ""
	}
	return versions[n-1].value
}

// whole returns the state after a block in ascending order.
func (m *stateModel) whole(height uint64) (entries []chain.Write) {
	for _, key := range m.keys {
		if value := m.at(height, key); value != "" {
			entries = append(entries, chain.Write{Key: key, Value: []byte(value)})
		}
	}
	return entries
}

// root commits to the state after a block from nothing.
func (m *stateModel) root(t testing.TB, commitment ledger.Commitment, height uint64) chain.Hash {
	t.Helper()
	change, err := commitment.Update(emptyTree{}, m.whole(height))
	if err != nil {
		t.Fatal(err)
	}
	return change.Root
}

// emptyTree is a tree without nodes.
type emptyTree struct{}

func (emptyTree) Node([]byte) ([]byte, error) { return nil, nil }
