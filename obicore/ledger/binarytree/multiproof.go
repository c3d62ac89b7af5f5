package binarytree

import (
	"encoding/binary"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Marks of the subtrees that a multi-proof looks into, two bits each.
const (
	markEmpty = 0 // nothing: every key below is absent
	markLeaf  = 1 // one leaf: that of the one key below that is present, else another's
	markInner = 2 // both sides are looked into, or the other one has the next hash
	markLone  = 3 // one side is looked into, and the other is empty
)

// marksAhead is the length in bytes of the number of marks.
const marksAhead = 4

// multiProof is an encoded path on its way: marks of subtrees from the root down,
// left before right, and the hashes in the order in which the marks ask for them.
type multiProof struct {
	marks  []byte // two bits each, the first in the most significant ones
	count  int
	hashes []byte
}

// encode returns the number of marks (4 bytes, big-endian), the marks in whole bytes
// and the hashes.
func (p *multiProof) encode() []byte {
	b := binary.BigEndian.AppendUint32(make([]byte, 0, marksAhead+len(p.marks)+len(p.hashes)), uint32(p.count))
	return append(append(b, p.marks...), p.hashes...)
}

func (p *multiProof) mark(m byte) {
	if p.count%4 == 0 {
		p.marks = append(p.marks, 0)
	}
	p.marks[p.count/4] |= m << (6 - 2*(p.count%4))
	p.count++
}

// decodeMultiProof cuts an encoded path into its parts, which alias it.
func decodeMultiProof(b []byte) (p multiProof, err error) {
	if len(b) < marksAhead {
		return p, malformed("no number of marks")
	}
	count, rest := uint64(binary.BigEndian.Uint32(b)), b[marksAhead:]
	size := (count + 3) / 4
	if count == 0 || size > uint64(len(rest)) {
		return p, malformed("bad number of marks")
	}
	p = multiProof{marks: rest[:size], count: int(count), hashes: rest[size:]}
	if unused := 8*size - 2*count; p.marks[size-1]&(1<<unused-1) != 0 {
		return p, malformed("bits behind the marks")
	}
	if len(p.hashes)%chain.HashSize != 0 {
		return p, malformed("bad length")
	}
	return p, nil
}

// query is one key that a multi-proof is about, on its path.
type query struct {
	path  chain.Hash
	value []byte // of the claim; nil where it is absent, and while proving
	index int    // among the entries of the claim
}

// sides parts queries, which stand in ascending order of paths, at depth.
func sides(queries []query, depth int) (left, right []query) {
	for i := range queries {
		if bit(&queries[i].path, depth) == 1 {
			return queries[:i], queries[i:]
		}
	}
	return queries, nil
}

// ProveMany returns the encoded path for keys in the tree in nodes; see
// [ledger.MultiCommitment].
func (t *Tree) ProveMany(nodes ledger.Nodes, keys []chain.StateKey) ([]byte, error) {
	if err := ledger.CheckMultiProofKeys(keys); err != nil {
		return nil, err
	}
	p := &multiProver{hashing: newHashing(t.hasher), nodes: nodes}
	if err := p.load(&slot{kind: inner}, 0, p.queries(keys)); err != nil {
		return nil, err
	}
	return p.encode(), nil
}

// VerifyMany checks that a multi-proof holds under root, or returns an error that
// wraps ledger.ErrProof.
func (t *Tree) VerifyMany(root chain.Hash, claim ledger.MultiProof) error {
	if claim.Kind != Kind {
		return fmt.Errorf("%w: kind %q, this verifier reads %q", ledger.ErrProof, claim.Kind, Kind)
	}
	keys := claim.Keys()
	if err := ledger.CheckMultiProofKeys(keys); err != nil {
		return fmt.Errorf("%w: %w", ledger.ErrProof, err)
	}
	p, err := decodeMultiProof(claim.Path)
	if err != nil {
		return err
	}
	v := &multiVerifier{hashing: newHashing(t.hasher), multiProof: p}
	queries := v.queries(keys)
	for i := range queries {
		queries[i].value = claim.Entries[queries[i].index].Value
	}
	top, err := v.subtree(0, queries)
	switch {
	case err != nil:
		return err
	case v.next != v.count || len(v.hashes) > 0:
		return malformed("something behind the end")
	case top != root:
		return fmt.Errorf("%w: leads to root %s, not %s", ledger.ErrProof, top, root)
	}
	return nil
}
