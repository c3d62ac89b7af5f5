package execution

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// HistoryContract is where EIP-2935 keeps the hashes of the last HistoryWindow
// headers. Genesis puts the contract's code there.
var HistoryContract = chain.Address{
	0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb, 0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35,
}

// HistoryWindow is the number of header hashes that the history contract keeps.
const HistoryWindow = 8191

// open makes the writes that come before the first transaction of a block.
func (x *Executor) open(rules Rules, block *Block, world *state.State) []chain.Write {
	if rules.History && block.Height > 0 && world.CodeSize(HistoryContract) > 0 {
		slot := chain.WordFromUint64((block.Height - 1) % HistoryWindow)
		world.SetSlot(HistoryContract, slot, chain.Word(block.Parent))
	}
	if block.Recovered != nil {
		world.SetData(chain.ValidatorsKey.Owner, chain.ValidatorsKey.Subkey, block.Recovered.Encode())
	}
	for _, offence := range block.Offences {
		convict(world, offence)
	}
	return world.Finish()
}

// convict records an offence, unless a newer one is recorded.
func convict(world *state.State, offence chain.Offence) {
	key := chain.ConvictionKey(offence.Accused)
	before, err := chain.DecodeConviction(world.Data(key.Owner, key.Subkey))
	if err == nil && before.Before(offence) {
		world.SetData(key.Owner, key.Subkey, before.With(offence).Encode())
	}
}
