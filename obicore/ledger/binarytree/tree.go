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

// load reads the page at depth on path; an absent page is empty.
func load(nodes ledger.Nodes, depth int, path *chain.Hash, p *page) error {
	encoded, err := nodes.Node(pageName(depth, path))
	if err != nil || encoded == nil {
		return err
	}
	_, err = p.decode(encoded)
	return err
}
