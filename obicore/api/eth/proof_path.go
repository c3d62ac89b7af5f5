package eth

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// splitPath returns the two lists of nodes in the path of a proof of kind patricia.
func splitPath(path []byte) (account, storage []quantity.Bytes, err error) {
	lists, err := rlp.NewReader(path).List()
	if err == nil {
		account, err = nodesOf(lists)
	}
	if err == nil {
		storage, err = nodesOf(lists)
	}
	if err != nil {
		err = fmt.Errorf("%w: path of a proof: %w", ledger.ErrCorrupt, err)
	}
	return account, storage, err
}

func nodesOf(lists *rlp.Reader) ([]quantity.Bytes, error) {
	items, err := lists.List()
	if err != nil {
		return nil, err
	}
	nodes := []quantity.Bytes{}
	for items.More() {
		node, err := items.Bytes()
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}

// storageRoot returns the root of an account's storage, which its leaf has: the third
// field of the value of the last node. The state of an account without entry can have
// storage, so that the entry alone does not tell.
func storageRoot(nodes []quantity.Bytes, owner chain.Address) (root chain.Hash, err error) {
	if len(nodes) == 0 || !isLeafOf(nodes[len(nodes)-1], owner) {
		return emptyTransactions, nil // the same constant: the root of an empty trie
	}
	var value []byte
	leaf, err := rlp.NewReader(nodes[len(nodes)-1]).List()
	if err == nil {
		_, err = leaf.Bytes() // the path
	}
	if err == nil {
		value, err = leaf.Bytes()
	}
	var fields *rlp.Reader
	if err == nil {
		fields, err = rlp.NewReader(value).List()
	}
	for range 2 {
		if err == nil {
			_, err = fields.Word() // nonce and balance
		}
	}
	if err == nil {
		err = fields.Fixed(root[:])
	}
	if err != nil {
		err = fmt.Errorf("%w: leaf of account %s: %w", ledger.ErrCorrupt, owner, err)
	}
	return root, err
}

// isLeafOf reports whether the last node of an account's proof is its own leaf, and
// not where the account would be: a leaf has two items, the first of which is the end
// of its path behind a flag (Yellow Paper, appendix C).
func isLeafOf(node []byte, owner chain.Address) bool {
	const flagOdd, flagLeaf = 1, 2
	items, err := rlp.NewReader(node).List()
	if err != nil {
		return false
	}
	packed, err := items.Bytes()
	if err != nil || len(packed) == 0 || len(packed) > chain.HashSize+1 || packed[0]>>4&flagLeaf == 0 {
		return false
	}
	if _, err := items.Raw(); err != nil || items.More() {
		return false // a branch, whose first child looks like a path
	}
	path := keccak.Keccak256(owner[:])
	tail := path[chain.HashSize-len(packed)+1:]
	if string(packed[1:]) != string(tail) {
		return false
	}
	before := chain.HashSize - len(packed) // the byte that an odd nibble is of
	odd := packed[0]>>4&flagOdd != 0
	return !odd || before >= 0 && packed[0]&0x0f == path[before]&0x0f
}
