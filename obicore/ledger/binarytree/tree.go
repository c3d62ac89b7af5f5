package binarytree

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Kind is the stable name that proofs of this commitment carry.
const Kind = "binary/1"

// Tree is the commitment over one hash function. It has no state of its own.
type Tree struct {
	hasher chain.Hasher
}

var _ ledger.MultiCommitment = (*Tree)(nil)

// New returns the commitment over hasher; it is a [ledger.NewCommitment].
func New(hasher chain.Hasher) ledger.Commitment { return &Tree{hasher: hasher} }

// NewVerifier returns the verifier of this commitment's proofs over hasher.
func NewVerifier(hasher chain.Hasher) ledger.Verifier { return &Tree{hasher: hasher} }

// Kind returns "binary/1".
func (t *Tree) Kind() string { return Kind }

// Root returns the root of the tree in nodes; the zero hash when it is empty.
func (t *Tree) Root(nodes ledger.Nodes) (chain.Hash, error) {
	var p page
	if err := load(nodes, 0, &chain.Hash{}, &p); err != nil {
		return chain.Hash{}, err
	}
	h := newHashing(t.hasher)
	top := h.fold(&p)
	return h.of(&top), nil
}

// load reads the page at depth on path; an absent page at the root is empty, and below it one that the
// page above knows.
func load(nodes ledger.Nodes, depth int, path *chain.Hash, p *page) error {
	if depth >= maxDepth {
		return corrupt("tree deeper than its paths")
	}
	_, err := read(nodes, pageName(depth, path), depth, path, p)
	return err
}

// read is load for who has the page's name and wants what was read.
func read(nodes ledger.Nodes, name []byte, depth int, path *chain.Hash, p *page) ([]byte, error) {
	encoded, err := nodes.Node(name)
	if err != nil {
		return nil, err
	}
	return encoded, decodeStored(stored{name, encoded}, depth, path, p)
}

// decodeStored decodes a page that was read; at the root none is an empty one.
func decodeStored(read stored, depth int, path *chain.Hash, p *page) error {
	switch {
	case read.value != nil:
		return p.decode(read.value, depth, path)
	case depth > 0:
		return corrupt("tree page %x is missing", read.name)
	}
	return nil
}
