package merklepatricia

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// open reads the node to which a reference leads.
func (u *updater) open(at *place, r reference) (s subtree, err error) {
	encoded := []byte(r)
	switch {
	case len(r) == 0:
		return s, nil
	case r.isHash():
		if s.stored, err = u.nodes.Node(u.trie.record(at)); err != nil {
			return s, err
		}
		encoded = s.stored
	}
	if s.node, err = decodeNode(encoded, at.depth); err != nil {
		return s, u.corrupt(at)
	}
	return s, nil
}

// settle writes down a node at its final place below the root and returns the
// reference to it.
func (u *updater) settle(at *place, s subtree) reference {
	if s.node == nil {
		u.write(at, s.stored, nil)
		return nil
	}
	encoded := u.encode(s.node)
	r := refer(encoded)
	if !r.isHash() {
		encoded = nil // it stands in its parent
	}
	u.write(at, s.stored, encoded)
	return r
}

// write notes how the record at a place changed.
func (u *updater) write(at *place, before, after []byte) {
	if !bytes.Equal(before, after) {
		u.changed = append(u.changed, ledger.NodeWrite{Name: u.trie.record(at), Value: after})
	}
}

func (u *updater) corrupt(at *place) error {
	return fmt.Errorf("%w: Merkle-Patricia node %x", ledger.ErrCorrupt, u.trie.record(at))
}

// explain says that a leaf in the trie is broken.
func (u *updater) explain(at *place, err error) error {
	if errors.Is(err, errNode) {
		return u.corrupt(at)
	}
	return err
}
