package native

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// The functions over the validator set stand in the module of the parameters,
// whose state holds the set. A change takes effect at the first height that the
// state after this block rules.

// validatorsChanged is emitted with every change: by whom, and the new epoch.
var validatorsChanged = Topic("ValidatorsChanged(address,uint64)")

// Prices of changing and of reading the set.
const (
	validatorWriteGas = 100_000
	validatorReadGas  = 5_000
)

func validatorFunctions() []Function {
	write := func(signature string, f func(*chain.ValidatorSet, Arguments) error) Function {
		return Function{Signature: signature, Gas: validatorWriteGas, Writes: true, Run: func(env contract.Env, frame contract.Frame, a Arguments) ([]byte, error) {
			return nil, changeValidators(env, frame, func(set *chain.ValidatorSet) error { return f(set, a) })
		}}
	}
	read := func(signature string, f func(*chain.ValidatorSet, Arguments) ([]byte, error)) Function {
		return Function{Signature: signature, Gas: validatorReadGas, Run: func(env contract.Env, _ contract.Frame, a Arguments) ([]byte, error) {
			set, err := loadValidators(env)
			if err != nil {
				return nil, err
			}
			return f(set, a)
		}}
	}
	return []Function{
		read("validatorCount()", func(set *chain.ValidatorSet, _ Arguments) ([]byte, error) {
			return EncodeWords(chain.WordFromUint64(uint64(len(set.Members)))), nil
		}),
		read("validatorEpoch()", func(set *chain.ValidatorSet, _ Arguments) ([]byte, error) {
			return EncodeWords(chain.WordFromUint64(set.Epoch), chain.WordFromUint64(set.From)), nil
		}),
		read("validatorAt(uint256)", validatorAt),
		write("addValidator(bytes)", addValidator),
		write("removeValidator(bytes32)", removeValidator),
		write("replaceValidator(bytes)", replaceValidator),
	}
}

func loadValidators(env contract.Env) (*chain.ValidatorSet, error) {
	return chain.DecodeValidatorSet(env.State().Data(chain.ParametersAddress, chain.ValidatorsKey.Subkey))
}

func changeValidators(env contract.Env, frame contract.Frame, change func(*chain.ValidatorSet) error) error {
	p, err := loadParameters(env)
	if err != nil {
		return err
	}
	if !slices.Contains(p.Admin, frame.Caller) {
		return &Revert{Reason: "only an administrator may change the validators"}
	}
	set, err := loadValidators(env)
	if err != nil {
		return err
	}
	if err := change(set); err != nil {
		return err
	}
	set.Epoch, set.From = set.Epoch+1, env.Block().Effective
	if err := set.Check(); err != nil {
		return &Revert{Reason: err.Error()}
	}
	env.State().SetData(chain.ParametersAddress, chain.ValidatorsKey.Subkey, set.Encode())
	event := chain.Log{
		Address: chain.ParametersAddress, Topics: []chain.Hash{validatorsChanged, chain.Hash(AddressWord(frame.Caller))},
		Data: EncodeWords(chain.WordFromUint64(set.Epoch)),
	}
	env.State().EmitLog(event)
	if trace := env.Trace(); trace != nil {
		trace.Log(event)
	}
	return nil
}

func validatorAt(set *chain.ValidatorSet, a Arguments) ([]byte, error) {
	index, err := a.Uint64(0)
	if err != nil {
		return nil, err
	}
	if index >= uint64(len(set.Members)) {
		return nil, &Revert{Reason: fmt.Sprintf("there are %d validators", len(set.Members))}
	}
	return EncodeBytes(set.Members[index].Encode()), nil
}

// record reads argument 0, a validator record in its canonical encoding. Its weight
// must be that of the others: no engine of this platform weighs votes yet.
func record(set *chain.ValidatorSet, a Arguments) (chain.Validator, error) {
	encoded, err := a.Bytes(0)
	if err != nil {
		return chain.Validator{}, err
	}
	v, err := chain.DecodeValidator(encoded)
	if err != nil {
		return v, &Revert{Reason: err.Error()}
	}
	if want := set.Members[0].Weight; v.Weight != want {
		return v, &Revert{Reason: fmt.Sprintf("the weight must be %d, as that of the others", want)}
	}
	return v, nil
}

func addValidator(set *chain.ValidatorSet, a Arguments) error {
	v, err := record(set, a)
	if err != nil {
		return err
	}
	place, known := find(set, v.ID)
	if known {
		return &Revert{Reason: "it is a validator already; replaceValidator gives it other keys"}
	}
	for i := range set.Members {
		if set.Members[i].ConsensusKey.Equal(v.ConsensusKey) || set.Members[i].Transport == v.Transport {
			return &Revert{Reason: "another validator has one of its keys"}
		}
	}
	set.Members = slices.Insert(set.Members, place, v)
	return nil
}

func removeValidator(set *chain.ValidatorSet, a Arguments) error {
	id, err := a.Word(0)
	if err != nil {
		return err
	}
	place, known := find(set, chain.NodeID(id))
	switch {
	case !known:
		return &Revert{Reason: "it is not a validator"}
	case len(set.Members) == 1:
		return &Revert{Reason: "the last validator cannot leave"}
	}
	set.Members = slices.Delete(set.Members, place, place+1)
	return nil
}

// replaceValidator gives a validator new keys: the way to rotate them.
func replaceValidator(set *chain.ValidatorSet, a Arguments) error {
	v, err := record(set, a)
	if err != nil {
		return err
	}
	place, known := find(set, v.ID)
	if !known {
		return &Revert{Reason: "it is not a validator"}
	}
	set.Members[place] = v
	return nil
}

// find returns where the validator with an id is, or belongs.
func find(set *chain.ValidatorSet, id chain.NodeID) (int, bool) {
	return slices.BinarySearchFunc(set.Members, id, func(v chain.Validator, id chain.NodeID) int { return bytes.Compare(v.ID[:], id[:]) })
}
