package binarytree

import (
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// What stands at the end of a proof's path.
const (
	endEmpty = 0 // nothing: the entry is absent
	endOwn   = 1 // the entry's own leaf
	endOther = 2 // another leaf with the same prefix: the entry is absent
)

// proof is a decoded Path. Siblings run from the root down; a zero hash stands for
// an empty sibling.
type proof struct {
	siblings []chain.Hash
	end      byte
	path     chain.Hash // endOther: the other leaf's path
	value    chain.Hash // endOther: digest of its value
}

// encode returns the frozen encoding: the number of siblings (2 bytes,
// big-endian), a bitmap of the siblings that are not empty (first sibling in the
// most significant bit), those siblings, the end byte, and for endOther the other
// leaf's path and value digest.
func (p *proof) encode() []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(len(p.siblings)))
	bitmap := make([]byte, (len(p.siblings)+7)/8)
	for i := range p.siblings {
		if !p.siblings[i].IsZero() {
			bitmap[i/8] |= 0x80 >> (i % 8)
		}
	}
	b = append(b, bitmap...)
	for i := range p.siblings {
		if !p.siblings[i].IsZero() {
			b = append(b, p.siblings[i][:]...)
		}
	}
	b = append(b, p.end)
	if p.end == endOther {
		b = append(b, p.path[:]...)
		b = append(b, p.value[:]...)
	}
	return b
}

// decodeProof reads what encode writes, and nothing else.
func decodeProof(b []byte) (*proof, error) {
	if len(b) < 2 {
		return nil, malformed("no length")
	}
	count := int(binary.BigEndian.Uint16(b))
	size := (count + 7) / 8
	if b = b[2:]; count > maxDepth || len(b) < size {
		return nil, malformed("bad number of siblings")
	}
	bitmap := b[:size]
	p := &proof{siblings: make([]chain.Hash, count)}
	b = b[size:]
	for i := range 8 * size {
		if bitmap[i/8]&(0x80>>(i%8)) == 0 {
			continue
		}
		if i >= count || len(b) < chain.HashSize {
			return nil, malformed("bad sibling")
		}
		copy(p.siblings[i][:], b)
		if b = b[chain.HashSize:]; p.siblings[i].IsZero() {
			return nil, malformed("empty sibling written out")
		}
	}
	return p, p.decodeEnd(b)
}

func (p *proof) decodeEnd(b []byte) error {
	if len(b) == 0 {
		return malformed("no end")
	}
	p.end, b = b[0], b[1:]
	want := 0
	switch p.end {
	case endEmpty, endOwn:
	case endOther:
		want = 2 * chain.HashSize
	default:
		return malformed("unknown end")
	}
	if len(b) != want {
		return malformed("bad length")
	}
	if want > 0 {
		copy(p.path[:], b)
		copy(p.value[:], b[chain.HashSize:])
	}
	return nil
}

func malformed(reason string) error {
	return fmt.Errorf("%w: malformed path: %s", ledger.ErrProof, reason)
}

// Prove returns the encoded path for key in the tree in nodes.
func (t *Tree) Prove(nodes ledger.Nodes, key chain.StateKey) ([]byte, error) {
	h := newHashing(t.hasher)
	path := h.path(key)
	found, above := &proof{}, slot{kind: inner}
	for depth := 0; ; depth += pageLevels {
		var p page
		if err := h.below(nodes, &above, depth, &path, &p); err != nil {
			return nil, err
		}
		if found.descend(h, p.slots[:], depth, &path) {
			return found.encode(), nil
		}
		above = p.slots[slotOf(&path, depth)]
	}
}

// descend follows path through one page at depth and reports whether it ended.
func (p *proof) descend(h *hashing, slots []slot, depth int, path *chain.Hash) (ended bool) {
	for {
		here := h.summary(slots)
		switch {
		case here.kind == empty:
			p.end = endEmpty
			return true
		case here.kind == leaf && *here.path() == *path:
			p.end = endOwn
			return true
		case here.kind == leaf:
			p.end, p.path, p.value = endOther, *here.path(), *here.value()
			return true
		case len(slots) == 1:
			return false
		}
		half := len(slots) / 2
		mine, other := slots[:half], slots[half:]
		if bit(path, depth) == 1 {
			mine, other = other, mine
		}
		sibling := h.summary(other)
		p.siblings = append(p.siblings, h.of(&sibling))
		slots = mine
		depth++
	}
}

// Verify checks that proof holds under root, or returns an error that wraps
// ledger.ErrProof.
func (t *Tree) Verify(root chain.Hash, claim ledger.Proof) error {
	if claim.Kind != Kind {
		return fmt.Errorf("%w: kind %q, this verifier reads %q", ledger.ErrProof, claim.Kind, Kind)
	}
	if len(claim.Key.Subkey) > chain.MaxSubkey {
		return fmt.Errorf("%w: subkey of %d bytes", ledger.ErrProof, len(claim.Key.Subkey))
	}
	p, err := decodeProof(claim.Path)
	if err != nil {
		return err
	}
	h := newHashing(t.hasher)
	path := h.path(claim.Key)
	top, err := p.bottom(h, &path, claim.Value)
	if err != nil {
		return err
	}
	for i := len(p.siblings) - 1; i >= 0; i-- {
		if bit(&path, i) == 0 {
			top = h.inner(&top, &p.siblings[i])
		} else {
			top = h.inner(&p.siblings[i], &top)
		}
	}
	if top != root {
		return fmt.Errorf("%w: leads to root %s, not %s", ledger.ErrProof, top, root)
	}
	return nil
}

// bottom returns the hash at the end of the path, after checking that the end
// says what the claim says.
func (p *proof) bottom(h *hashing, path *chain.Hash, value []byte) (chain.Hash, error) {
	if present := len(value) > 0; present != (p.end == endOwn) {
		return chain.Hash{}, fmt.Errorf("%w: the path shows the opposite of the claim", ledger.ErrProof)
	}
	switch p.end {
	case endOwn:
		digest := h.value(value)
		return h.leaf(path, &digest), nil
	case endOther:
		if p.path == *path || !sharesPrefix(&p.path, path, len(p.siblings)) {
			return chain.Hash{}, fmt.Errorf("%w: the other leaf does not stand on the path", ledger.ErrProof)
		}
		return h.leaf(&p.path, &p.value), nil
	}
	return chain.Hash{}, nil
}
