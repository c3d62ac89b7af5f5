package native

import (
	"fmt"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Development is the module through which a development chain records edits of
// state. It must be in no other chain's registry.
type Development struct{}

// DevelopmentAddress is where the module stands; it is also the sender of the
// system transactions that edit state.
var DevelopmentAddress = chain.SystemAddress(0xffff)

// EditSignature is the function that takes a write set in its canonical encoding.
const EditSignature = "edit(bytes)"

// Address implements Module.
func (Development) Address() chain.Address { return DevelopmentAddress }

// Functions implements Module.
func (Development) Functions() []Function {
	return []Function{{Signature: EditSignature, Writes: true, Run: func(env contract.Env, frame contract.Frame, a Arguments) ([]byte, error) {
		if frame.Caller != DevelopmentAddress {
			return nil, &Revert{Reason: "only the node edits state"}
		}
		encoded, err := a.Bytes(0)
		if err != nil {
			return nil, err
		}
		writes, err := chain.DecodeWrites(encoded)
		if err != nil {
			return nil, err
		}
		for i := range writes {
			if err := edit(env.State(), &writes[i], writes); err != nil {
				return nil, err
			}
		}
		return nil, nil
	}}}
}

// edit makes one write through the journaled state.
func edit(state contract.State, write *chain.Write, all []chain.Write) error {
	owner := write.Key.Owner
	if write.Key.Space == chain.SpaceStorage && (len(write.Key.Subkey) != chain.WordSize || len(write.Value) > chain.WordSize) {
		return &Revert{Reason: "a storage entry has a slot of 32 bytes and at most 32 bytes"}
	}
	switch write.Key.Space {
	case chain.SpaceAccount:
		var account chain.Account
		if write.Value != nil {
			var err error
			if account, err = chain.DecodeAccount(write.Value); err != nil {
				return err
			}
		}
		state.SetBalance(owner, account.Balance)
		state.SetNonce(owner, account.Nonce)
		state.SetCode(owner, codeIn(state, owner, account, all), account.CodeHash)
	case chain.SpaceStorage:
		value, fits := chain.WordFromBytes(write.Value)
		if !fits {
			return fmt.Errorf("slot %x of %s is set to %d bytes", write.Key.Subkey, owner, len(write.Value))
		}
		state.SetSlot(owner, chain.Word([]byte(write.Key.Subkey)), value)
	case chain.SpaceModule:
		state.SetData(owner, write.Key.Subkey, write.Value)
	}
	return nil
}

// codeIn returns the code that goes with an edited account leaf: the one in the
// same write set, else the one that it has.
func codeIn(state contract.State, owner chain.Address, account chain.Account, all []chain.Write) []byte {
	if account.CodeHash.IsZero() {
		return nil
	}
	for i := range all {
		if all[i].Key == chain.CodeKey(owner) {
			return all[i].Value
		}
	}
	return state.Code(owner)
}

// EditInput returns the input of the call that makes the writes.
func EditInput(writes []chain.Write) []byte {
	selector := Selector(EditSignature)
	return append(selector[:], EncodeBytes(chain.EncodeWrites(writes))...)
}
