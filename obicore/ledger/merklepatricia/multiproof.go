package merklepatricia

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// A path for many keys is rlp([node…]): the nodes on the ways to the keys in their
// order, each where it is met first.

// ProveMany returns the encoded path for keys in the tries in nodes; see
// [ledger.MultiCommitment].
func (c Commitment) ProveMany(nodes ledger.Nodes, keys []chain.StateKey) ([]byte, error) {
	if err := checkKeys(keys); err != nil {
		return nil, err
	}
	root, err := c.Root(nodes)
	if err != nil {
		return nil, err
	}
	var items []byte
	listed := make(map[chain.Hash]bool)
	for i := range keys {
		p, err := proveKey(nodes, &root, &keys[i])
		if err != nil {
			return nil, broken(keys[i], err)
		}
		for _, encoded := range append(p.account, p.storage...) {
			if hash := keccak.Keccak256(encoded); !listed[hash] {
				listed[hash] = true
				items = rlp.AppendBytes(items, encoded)
			}
		}
	}
	return rlp.AppendList(nil, items), nil
}

func checkKeys(keys []chain.StateKey) error {
	if err := ledger.CheckMultiProofKeys(keys); err != nil {
		return err
	}
	for i := range keys {
		if err := checkKey(&keys[i]); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	return nil
}

// VerifyMany checks that a multi-proof holds under root, or returns an error that
// wraps ledger.ErrProof.
func (Commitment) VerifyMany(root chain.Hash, claim ledger.MultiProof) error {
	if claim.Kind != Kind {
		return fmt.Errorf("%w: kind %q, this verifier reads %q", ledger.ErrProof, claim.Kind, Kind)
	}
	if err := checkKeys(claim.Keys()); err != nil {
		return fmt.Errorf("%w: %w", ledger.ErrProof, err)
	}
	rest, err := decodeNodes(claim.Path)
	if err != nil {
		return fmt.Errorf("%w: malformed path: %w", ledger.ErrProof, err)
	}
	shown := &shownNodes{rest: rest, met: make(map[chain.Hash][]byte)}
	for i := range claim.Entries {
		one := ledger.Proof{Key: claim.Entries[i].Key, Value: claim.Entries[i].Value}
		if err := verifyClaim(&root, &one, shown.read, shown.read); err != nil {
			return fmt.Errorf("entry %d: %w", i, err)
		}
	}
	if len(shown.rest) > 0 {
		return errLeftOver()
	}
	return nil
}

// decodeNodes reads rlp([node…]) and nothing else; the nodes alias b.
func decodeNodes(b []byte) (nodes [][]byte, err error) {
	whole := rlp.NewReader(b)
	items, err := whole.List()
	if err != nil {
		return nil, err
	}
	for items.More() {
		encoded, err := items.Bytes()
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, encoded)
	}
	return nodes, whole.End()
}

// shownNodes are the nodes of a path, in the order in which they must be met.
type shownNodes struct {
	rest [][]byte
	met  map[chain.Hash][]byte
}

// read is a [reader].
func (s *shownNodes) read(path, root *chain.Hash) ([]byte, error) {
	return verifyPath(path, root, func(_ *place, hash chain.Hash) (encoded []byte, err error) {
		if encoded, met := s.met[hash]; met {
			return encoded, nil
		}
		if encoded, s.rest, err = takeNode(s.rest, hash); err == nil {
			s.met[hash] = encoded
		}
		return encoded, err
	})
}
