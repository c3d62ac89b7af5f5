package node

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// coinbaseKey is the entry that holds the coinbase of the blocks from the one on
// that records it. It stands in the state like every other edit, so that a block
// is read as it was executed; its owner is the module that records the edits.
var coinbaseKey = chain.StateKey{Owner: chain.SystemAddress(0xffff), Space: chain.SpaceModule, Subkey: "coinbase"}

// SetCoinbase sets the coinbase of the next blocks.
func (c *Chain) SetCoinbase(coinbase chain.Address) error {
	return c.Edit(func(ledger.View) ([]chain.Write, error) {
		return []chain.Write{{Key: coinbaseKey, Value: coinbase[:]}}, nil
	})
}

// chosenCoinbase returns what SetCoinbase has set in a state, if anything.
func (c *Chain) chosenCoinbase(view ledger.View) (*chain.Address, error) {
	if !c.editable() {
		return nil, nil
	}
	value, err := view.Get(coinbaseKey)
	if err != nil || len(value) != chain.AddressSize {
		return nil, err
	}
	return (*chain.Address)(value), nil
}
