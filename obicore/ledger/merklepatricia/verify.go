package merklepatricia

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// Verify checks that claim holds under root, or returns an error that wraps
// ledger.ErrProof.
func (Commitment) Verify(root chain.Hash, claim ledger.Proof) error {
	if claim.Kind != Kind {
		return fmt.Errorf("%w: kind %q, this verifier reads %q", ledger.ErrProof, claim.Kind, Kind)
	}
	if err := checkKey(&claim.Key); err != nil {
		return fmt.Errorf("%w: %w", ledger.ErrProof, err)
	}
	p, err := decodeProof(claim.Path)
	if err != nil {
		return err
	}
	if hasLeafOfItsOwn := claim.Key.Space == chain.SpaceStorage || claim.Key.Space == chain.SpaceModule; !hasLeafOfItsOwn && len(p.storage) > 0 {
		return fmt.Errorf("%w: nodes that lead nowhere", ledger.ErrProof)
	}
	return verifyClaim(&root, &claim, wayOf(p.account), wayOf(p.storage))
}

// reader returns what stands at the end of a path in the trie with a root, as far as a
// proof shows it.
type reader func(path, root *chain.Hash) ([]byte, error)

// wayOf reads a trie by the nodes of one way.
func wayOf(way [][]byte) reader {
	return func(path, root *chain.Hash) ([]byte, error) { return verifyWay(way, path, root) }
}

// verifyClaim checks a claim by what the proof shows of the account trie and of the
// account's storage trie.
func verifyClaim(root *chain.Hash, claim *ledger.Proof, account, storage reader) error {
	leaf, exists, err := readAccount(root, &claim.Key.Owner, account)
	if err != nil {
		return err
	}
	agrees := false
	switch claim.Key.Space {
	case chain.SpaceAccount:
		agrees = leaf.agreesWith(exists, claim.Value)
	case chain.SpaceCode:
		agrees = leaf.hasCode(claim.Value)
	default:
		agrees, err = agreesInStorage(&leaf.storage, claim, storage)
	}
	if err == nil && !agrees {
		err = errOpposite()
	}
	return err
}

func errOpposite() error {
	return fmt.Errorf("%w: the path shows something else than the claim", ledger.ErrProof)
}

// readAccount returns the account leaf that the proof shows under root.
func readAccount(root *chain.Hash, owner *chain.Address, read reader) (l accountLeaf, exists bool, err error) {
	path := ownerPath(owner)
	value, err := read(&path, root)
	if err != nil {
		return l, false, err
	}
	if l, err = decodeAccountLeaf(value); err != nil {
		return l, false, fmt.Errorf("%w: %w", ledger.ErrProof, err)
	}
	return l, len(value) > 0, nil
}

// agreesWith reports whether the leaf, when it exists, is that of an account entry
// with value, or of none when value is empty.
func (l *accountLeaf) agreesWith(exists bool, value []byte) bool {
	if !exists || l.onlyStorage() {
		return len(value) == 0
	}
	account, err := decodeEntry(value)
	return err == nil && account == l.Account
}

// hasCode reports whether code is what the leaf's code hash names.
func (l *accountLeaf) hasCode(code []byte) bool {
	if len(code) == 0 {
		return l.CodeHash.IsZero()
	}
	return l.CodeHash == keccak.Keccak256(code)
}

// agreesInStorage reports whether the storage trie with the given root holds what is
// claimed of one of its entries.
func agreesInStorage(root *chain.Hash, claim *ledger.Proof, read reader) (bool, error) {
	path := storagePath(&claim.Key)
	found, err := read(&path, root)
	if err != nil {
		return false, err
	}
	var value []byte
	if len(found) > 0 {
		r := rlp.NewReader(found)
		if value, err = r.Bytes(); err != nil || r.More() || len(value) == 0 {
			return false, fmt.Errorf("%w: the leaf of an entry", ledger.ErrProof)
		}
	}
	return bytes.Equal(value, claim.Value), nil
}

// verifyWay follows path through nodes, each of which must have the hash that the one
// before it names, and returns the value at its end. No node may be left over.
func verifyWay(way [][]byte, path, root *chain.Hash) ([]byte, error) {
	value, err := verifyPath(path, root, func(_ *place, hash chain.Hash) (encoded []byte, err error) {
		encoded, way, err = takeNode(way, hash)
		return encoded, err
	})
	if err == nil && len(way) > 0 {
		err = errLeftOver()
	}
	return value, err
}

// verifyPath follows path through nodes that fetch has checked and returns the value at
// its end.
func verifyPath(path, root *chain.Hash, fetch func(at *place, hash chain.Hash) ([]byte, error)) ([]byte, error) {
	if *root == emptyRoot {
		return nil, nil
	}
	value, err := follow(path, root, func(at *place, hash chain.Hash) ([]byte, error) {
		encoded, err := fetch(at, hash)
		if err == nil && at.depth > 0 && len(encoded) < chain.HashSize {
			err = errUnnamed()
		}
		return encoded, err
	})
	if errors.Is(err, errNode) {
		err = fmt.Errorf("%w: %w", ledger.ErrProof, err)
	}
	return value, err
}

// takeNode returns the first of nodes, which must have a hash, and the others.
func takeNode(nodes [][]byte, hash chain.Hash) (first []byte, rest [][]byte, err error) {
	if len(nodes) == 0 {
		return nil, nil, fmt.Errorf("%w: a node is missing", ledger.ErrProof)
	}
	if keccak.Keccak256(nodes[0]) != hash {
		return nil, nil, errUnnamed()
	}
	return nodes[0], nodes[1:], nil
}

func errUnnamed() error {
	return fmt.Errorf("%w: a node that its parent does not name", ledger.ErrProof)
}

func errLeftOver() error { return fmt.Errorf("%w: nodes behind the end of the path", ledger.ErrProof) }
