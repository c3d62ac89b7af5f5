package ledger

import "github.com/credibleledger/credibleledger/kernel/chain"

// Commitment turns flat state into a root and proves entries under that root.
// It keeps nothing: the ledger stores its nodes beside the flat entries, with
// their previous values, so that one commitment works over any ledger and any
// retained height. It is safe for concurrent use.
type Commitment interface {
	Verifier
	// Root returns the root of the tree in nodes.
	Root(nodes Nodes) (chain.Hash, error)
	// Update returns what the tree in nodes becomes with writes, which are in
	// strictly ascending key order. Removing an absent entry changes nothing. A
	// commitment may rely on entries that have the form of formats, State, on code
	// that its account's code hash names, and refuse others with chain.ErrMalformed.
	Update(nodes Nodes, writes []chain.Write) (Change, error)
	// Prove returns the Path of the proof for key, present or absent.
	Prove(nodes Nodes, key chain.StateKey) ([]byte, error)
}

// NewCommitment makes a commitment for a chain with the given hash function. One
// whose format has a hash function of its own does without.
type NewCommitment func(hasher chain.Hasher) Commitment

// MaxNodeName is the longest name of a commitment's node in bytes.
const MaxNodeName = 255

// Nodes reads a commitment's nodes as they stand at one height. It is safe for
// concurrent use.
type Nodes interface {
	// Node returns the node with the given name, nil when absent. The caller must
	// not change it.
	Node(name []byte) ([]byte, error)
}

// Change is the outcome of an update: the new root, and each changed node once,
// in ascending order of names.
type Change struct {
	Root  chain.Hash
	Nodes []NodeWrite
}

// NodeWrite is the new value of one node, or none when the node is removed.
type NodeWrite struct {
	Name  []byte
	Value []byte
}
