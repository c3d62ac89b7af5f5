package merklepatricia

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// follow walks from the root of a trie to the end of path and returns the value that
// stands there, nil when none does. fetch gives the nodes that are referred to by
// their hashes, from the root on.
func follow(path, root *chain.Hash, fetch func(at *place, hash chain.Hash) ([]byte, error)) ([]byte, error) {
	var at place
	encoded, err := fetch(&at, *root)
	if err != nil {
		return nil, err
	}
	for {
		n, err := decodeNode(encoded, at.depth)
		if err != nil {
			return nil, err
		}
		next := n.child
		switch {
		case n.kind == branch:
			i := nibble(path, at.depth)
			at, next = at.below(i), n.children[i]
		case matching(n.suffix, path, at.depth) < len(n.suffix):
			return nil, nil
		case n.kind == leaf:
			return n.value, nil
		default:
			at = at.below(n.suffix...)
		}
		switch {
		case len(next) == 0:
			return nil, nil
		case !next.isHash():
			encoded = next
		default:
			if encoded, err = fetch(&at, next.hash()); err != nil {
				return nil, err
			}
		}
	}
}

// proveIn returns the nodes on the way to the end of path in a trie in nodes, and the
// value there.
func proveIn(nodes ledger.Nodes, t trie, path, root *chain.Hash) (proof [][]byte, value []byte, err error) {
	if *root == emptyRoot {
		return nil, nil, nil
	}
	value, err = follow(path, root, func(at *place, _ chain.Hash) ([]byte, error) {
		encoded, err := nodes.Node(t.record(at))
		proof = append(proof, encoded)
		return encoded, err
	})
	return proof, value, err
}

// Prove returns the encoded path for key in the tries in nodes.
func (c Commitment) Prove(nodes ledger.Nodes, key chain.StateKey) ([]byte, error) {
	if err := checkKey(&key); err != nil {
		return nil, err
	}
	root, err := c.Root(nodes)
	if err != nil {
		return nil, err
	}
	p, err := proveKey(nodes, &root, &key)
	if err != nil {
		return nil, broken(key, err)
	}
	return p.encode(), nil
}

// proveKey returns the ways to key through the account trie with a root and through the
// account's storage trie.
func proveKey(nodes ledger.Nodes, root *chain.Hash, key *chain.StateKey) (p proof, err error) {
	path := ownerPath(&key.Owner)
	var value []byte
	if p.account, value, err = proveIn(nodes, accountTrie, &path, root); err != nil {
		return p, err
	}
	if key.Space == chain.SpaceAccount || key.Space == chain.SpaceCode {
		return p, nil
	}
	account, err := decodeAccountLeaf(value)
	if err != nil {
		return p, err
	}
	entry := storagePath(key)
	p.storage, _, err = proveIn(nodes, storageTrie(&path), &entry, &account.storage)
	return p, err
}

// broken says that the nodes on the way to a key are not a trie, or passes on why they
// could not be read.
func broken(key chain.StateKey, err error) error {
	if errors.Is(err, errNode) {
		return fmt.Errorf("%w: Merkle-Patricia nodes on the way to %x", ledger.ErrCorrupt, key.Encode())
	}
	return err
}
