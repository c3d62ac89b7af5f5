package merklepatricia

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// parallelFrom is the number of changes from which subtrees are updated side by side;
// below, starting goroutines costs more than it saves.
const parallelFrom = 256

// change is what becomes of one path: a value, none when it is empty, or what an
// account becomes.
type change struct {
	path    chain.Hash
	value   []byte
	account *accountChange
}

// after returns the value after the change, from the one before.
func (c *change) after(before []byte) ([]byte, error) {
	if c.account != nil {
		return c.account.apply(before)
	}
	return c.value, nil
}

// updater carries one batch of changes through one trie.
type updater struct {
	nodes   ledger.Nodes
	trie    trie
	changed []ledger.NodeWrite
	payload []byte // scratch of encode
}

// encode returns rlp(node), the function c of appendix D.
func (u *updater) encode(n *node) []byte {
	u.payload = n.appendPayload(u.payload[:0])
	return rlp.AppendList(make([]byte, 0, len(u.payload)+maxHeader), u.payload)
}

// subtree is a node on its way through an update, nil when there is none. It is
// encoded once, when it has its final place.
type subtree struct {
	node   *node
	stored []byte // the record at its place before the update
}

// update applies changes, in ascending order of paths, and returns the root.
func (u *updater) update(changes []change) (root chain.Hash, err error) {
	var top place
	s := subtree{}
	if s.stored, err = u.nodes.Node(u.trie.record(&top)); err != nil {
		return root, err
	}
	if s.stored != nil {
		if s.node, err = decodeNode(s.stored, 0); err != nil {
			return root, u.corrupt(&top)
		}
	}
	if len(changes) > 0 {
		if s, err = u.apply(top, s, changes); err != nil {
			return root, err
		}
	}
	if s.node == nil {
		u.write(&top, s.stored, nil)
		return emptyRoot, nil
	}
	encoded := u.encode(s.node)
	u.write(&top, s.stored, encoded)
	return keccak.Keccak256(encoded), nil
}

// apply applies changes to the subtree at a place.
func (u *updater) apply(at place, s subtree, changes []change) (subtree, error) {
	switch {
	case s.node == nil || s.node.kind == leaf:
		live, err := merge(&at, s.node, changes)
		if err != nil {
			return s, u.explain(&at, err)
		}
		s.node = u.build(at, live)
		return s, nil
	case s.node.kind == extension:
		return u.applyExtension(at, s, changes)
	}
	return u.applyBranch(at, &fork{branch: s.node}, s.stored, changes)
}

// applyExtension splits an extension where a change leaves it.
func (u *updater) applyExtension(at place, s subtree, changes []change) (subtree, error) {
	suffix, child := s.node.suffix, s.node.child
	common := min(matching(suffix, &changes[0].path, at.depth), matching(suffix, &changes[len(changes)-1].path, at.depth))
	f, below, stored := &fork{branch: &node{kind: branch}}, at.below(suffix[:common]...), s.stored
	if common == len(suffix) {
		opened, err := u.open(&below, child)
		if err != nil {
			return s, err
		}
		if opened.node.kind != branch {
			return s, u.corrupt(&below)
		}
		f.branch, stored = opened.node, opened.stored
	} else {
		f.keep(suffix[common:], child)
		if common > 0 {
			stored = nil // nothing stood inside the extension
		}
	}
	changed, err := u.applyBranch(below, f, stored, changes)
	if err != nil || common == 0 {
		return changed, err
	}
	return u.join(subtree{stored: s.stored}, suffix[:common], &below, changed), nil
}
