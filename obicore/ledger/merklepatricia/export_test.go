package merklepatricia

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// UpdateTrie applies values under paths to one trie of the given name: what the
// commitment is made of, without the encodings of the state.
func UpdateTrie(nodes ledger.Nodes, values map[chain.Hash][]byte) (ledger.Change, error) {
	u := &updater{nodes: nodes, trie: accountTrie}
	var changes []change
	for path, value := range values {
		changes = append(changes, change{path: path, value: value})
	}
	sortByPath(changes)
	root, err := u.update(changes)
	return ledger.Change{Root: root, Nodes: u.changed}, err
}
