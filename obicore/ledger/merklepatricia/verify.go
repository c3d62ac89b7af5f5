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
	account, exists, err := p.readAccount(root, &claim.Key.Owner)
	if err != nil {
		return err
	}
	agrees := false
	switch claim.Key.Space {
	case chain.SpaceAccount:
		agrees = account.agreesWith(exists, claim.Value)
	case chain.SpaceCode:
		agrees = account.hasCode(claim.Value)
	default:
		return p.checkStorage(account.storage, &claim)
	}
	if len(p.storage) > 0 {
		return fmt.Errorf("%w: nodes that lead nowhere", ledger.ErrProof)
	}
	if !agrees {
		return errOpposite()
	}
	return nil
}

func errOpposite() error {
	return fmt.Errorf("%w: the path shows something else than the claim", ledger.ErrProof)
}

// readAccount returns the account leaf that the proof shows under root.
func (p *proof) readAccount(root chain.Hash, owner *chain.Address) (l accountLeaf, exists bool, err error) {
	path := ownerPath(owner)
	value, err := verifyWay(p.account, &path, &root)
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

// checkStorage checks the claim about an entry of the storage trie with the given root.
func (p *proof) checkStorage(root chain.Hash, claim *ledger.Proof) error {
	path := storagePath(&claim.Key)
	found, err := verifyWay(p.storage, &path, &root)
	if err != nil {
		return err
	}
	var value []byte
	if len(found) > 0 {
		r := rlp.NewReader(found)
		if value, err = r.Bytes(); err != nil || r.More() || len(value) == 0 {
			return fmt.Errorf("%w: the leaf of an entry", ledger.ErrProof)
		}
	}
	if !bytes.Equal(value, claim.Value) {
		return errOpposite()
	}
	return nil
}

// verifyWay follows path through nodes, each of which must have the hash that the one
// before it names, and returns the value at its end. No node may be left over.
func verifyWay(way [][]byte, path, root *chain.Hash) ([]byte, error) {
	if *root == emptyRoot {
		if len(way) > 0 {
			return nil, fmt.Errorf("%w: nodes of an empty trie", ledger.ErrProof)
		}
		return nil, nil
	}
	value, err := follow(path, root, func(at *place, hash chain.Hash) ([]byte, error) {
		if len(way) == 0 {
			return nil, fmt.Errorf("%w: a node is missing", ledger.ErrProof)
		}
		encoded := way[0]
		way = way[1:]
		if keccak.Keccak256(encoded) != hash || at.depth > 0 && len(encoded) < chain.HashSize {
			return nil, fmt.Errorf("%w: a node that its parent does not name", ledger.ErrProof)
		}
		return encoded, nil
	})
	switch {
	case errors.Is(err, errNode):
		return nil, fmt.Errorf("%w: %w", ledger.ErrProof, err)
	case err != nil:
		return nil, err
	case len(way) > 0:
		return nil, fmt.Errorf("%w: nodes behind the end of the path", ledger.ErrProof)
	}
	return value, nil
}
