package node

import (
	"bytes"
	"maps"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// edited lays waiting edits over a view of the latest state.
func (c *Chain) edited(view ledger.View) ledger.View {
	if view.Height() != c.Head().Header.Height {
		return view
	}
	return c.overlaid(view)
}

// overlaid lays waiting edits over a view.
func (c *Chain) overlaid(view ledger.View) ledger.View {
	d := c.options.Development
	if d == nil {
		return view
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if len(d.edits) == 0 {
		return view
	}
	return &editedView{View: view, edits: maps.Clone(d.edits)}
}

// editedView is the latest state with edits that the next block will record.
type editedView struct {
	ledger.View
	edits map[chain.StateKey][]byte
}

// Get implements ledger.View.
func (v *editedView) Get(key chain.StateKey) ([]byte, error) {
	if value, changed := v.edits[key]; changed {
		if len(value) == 0 {
			return nil, nil
		}
		return value, nil
	}
	return v.View.Get(key)
}

// Scan implements ledger.View.
func (v *editedView) Scan(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
	entries := make(map[string][]byte)
	err := v.View.Scan(owner, space, from, func(subkey string, value []byte) bool {
		entries[subkey] = bytes.Clone(value)
		return true
	})
	if err != nil {
		return err
	}
	for key, value := range v.edits {
		if key.Owner == owner && key.Space == space && key.Subkey >= from {
			entries[key.Subkey] = value
		}
	}
	for _, subkey := range slices.Sorted(maps.Keys(entries)) {
		if len(entries[subkey]) > 0 && !f(subkey, entries[subkey]) {
			break
		}
	}
	return nil
}
