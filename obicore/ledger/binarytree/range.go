package binarytree

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

var _ ledger.Ranger = (*Tree)(nil)

// Place returns the path of an entry.
func (t *Tree) Place(key chain.StateKey) chain.Hash { return newHashing(t.hasher).path(key) }

// ProveRange returns what stands beside the way to a range, from the root down: for
// each depth a byte, and for a lone leaf its path and value digest, for a larger
// subtree its hash. A leaf shows that it is one: only a leaf rises beside nothing.
func (t *Tree) ProveRange(nodes ledger.Nodes, within ledger.Range) ([]byte, error) {
	if err := within.Check(); err != nil {
		return nil, err
	}
	h, slots := newHashing(t.hasher), []slot{{kind: inner}}
	var proof []byte
	for depth := range within.Bits {
		if len(slots) == 1 && slots[0].kind == inner {
			var p page
			if err := h.below(nodes, &slots[0], depth, &within.Prefix, &p); err != nil {
				return nil, err
			}
			slots = p.slots[:]
		}
		var beside slot
		slots, beside = h.divide(slots, depth, &within.Prefix)
		proof = appendBeside(proof, &beside)
	}
	return proof, nil
}

// divide returns the half of a subtree at depth in which path goes on, and what the
// other half is.
func (h *hashing) divide(slots []slot, depth int, path *chain.Hash) (mine []slot, beside slot) {
	if len(slots) > 1 {
		half := len(slots) / 2
		mine, other := slots[:half], slots[half:]
		if bit(path, depth) == 1 {
			mine, other = other, mine
		}
		return mine, h.summary(other)
	}
	if lone := slots[0]; lone.kind == leaf && bit(lone.path(), depth) != bit(path, depth) {
		return []slot{{}}, lone
	}
	return slots, slot{}
}

func appendBeside(proof []byte, s *slot) []byte {
	proof = append(proof, byte(s.kind))
	if s.kind == inner {
		return append(proof, s.hash()[:]...)
	}
	return append(proof, s.bytes...)
}

// takeBeside reads one step of a proof: what stands beside path at depth.
func takeBeside(proof []byte, depth int, path *chain.Hash) (s slot, rest []byte, err error) {
	if len(proof) == 0 {
		return s, nil, malformed("it ends before the range")
	}
	s.kind, proof = kind(proof[0]), proof[1:]
	size, known := map[kind]int{empty: 0, leaf: leafSize, inner: chain.HashSize}[s.kind]
	if !known || len(proof) < size {
		return s, nil, malformed("bad step")
	}
	s.bytes, proof = proof[:size], proof[size:]
	switch {
	case s.kind == inner && s.hash().IsZero():
		return s, nil, malformed("empty subtree written out")
	case s.kind == leaf && (!sharesPrefix(s.path(), path, depth) || bit(s.path(), depth) == bit(path, depth)):
		return s, nil, malformed("a leaf that does not stand beside the range")
	}
	return s, proof, nil
}

// VerifyRange checks that exactly these entries stand in a range under root, or
// returns an error that wraps ledger.ErrProof.
func (t *Tree) VerifyRange(root chain.Hash, within ledger.Range, entries []chain.Write, proof []byte) error {
	if err := within.Check(); err != nil {
		return fmt.Errorf("%w: %w", ledger.ErrProof, err)
	}
	h := newHashing(t.hasher)
	leaves, err := h.leavesIn(within, entries)
	if err != nil {
		return err
	}
	beside := make([]slot, within.Bits)
	for depth := range beside {
		if beside[depth], proof, err = takeBeside(proof, depth, &within.Prefix); err != nil {
			return err
		}
	}
	if len(proof) > 0 {
		return malformed("it goes on behind the range")
	}
	top := h.build(leaves, within.Bits)
	for depth := within.Bits - 1; depth >= 0; depth-- {
		if bit(&within.Prefix, depth) == 0 {
			top = h.join(&top, &beside[depth], new(chain.Hash))
		} else {
			top = h.join(&beside[depth], &top, new(chain.Hash))
		}
	}
	if have := h.of(&top); have != root {
		return fmt.Errorf("%w: the range leads to root %s, not %s", ledger.ErrProof, have, root)
	}
	return nil
}

// leavesIn returns entries as leaves, after checking that they stand in a range and in
// order.
func (h *hashing) leavesIn(within ledger.Range, entries []chain.Write) ([]slot, error) {
	leaves := make([]slot, len(entries))
	for i := range entries {
		if len(entries[i].Value) == 0 || len(entries[i].Key.Subkey) > chain.MaxSubkey {
			return nil, fmt.Errorf("%w: entry %d is none", ledger.ErrProof, i)
		}
		path, value := h.path(entries[i].Key), h.value(entries[i].Value)
		leaves[i] = newLeaf(&path, &value)
		if !within.Contains(path) || i > 0 && bytes.Compare(leaves[i-1].path()[:], path[:]) >= 0 {
			return nil, fmt.Errorf("%w: entry %d does not stand in the range behind the one before", ledger.ErrProof, i)
		}
	}
	return leaves, nil
}

// build folds leaves in order, all below one place at depth.
func (h *hashing) build(leaves []slot, depth int) slot {
	switch len(leaves) {
	case 0:
		return slot{}
	case 1:
		return leaves[0]
	}
	i, _ := slices.BinarySearchFunc(leaves, 1, func(s slot, side int) int { return bit(s.path(), depth) - side })
	left, right := h.build(leaves[:i], depth+1), h.build(leaves[i:], depth+1)
	return h.join(&left, &right, new(chain.Hash))
}
