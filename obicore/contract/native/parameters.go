package native

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Parameters is the module that holds the chain parameters and the validator set. Its Solidity
// interface is contracts/IParameters.sol. Administrators of genesis may change
// parameters until governance takes over.
type Parameters struct{}

// Address implements Module.
func (Parameters) Address() chain.Address { return chain.ParametersAddress }

// Prices of the module's functions.
const (
	parameterReadGas  = 2_100
	parameterWriteGas = 25_000
)

// parametersChanged is emitted with every change.
var parametersChanged = Topic("ParametersChanged(address)")

// Functions implements Module.
func (Parameters) Functions() []Function {
	read := func(signature string, f func(*chain.Parameters, contract.Env, Arguments) (chain.Word, error)) Function {
		return Function{Signature: signature, Gas: parameterReadGas, Run: func(env contract.Env, _ contract.Frame, a Arguments) ([]byte, error) {
			p, err := loadParameters(env)
			if err != nil {
				return nil, err
			}
			w, err := f(p, env, a)
			return EncodeWords(w), err
		}}
	}
	write := func(signature string, f func(*chain.Parameters, contract.Env, Arguments) error) Function {
		return Function{Signature: signature, Gas: parameterWriteGas, Writes: true, Run: func(env contract.Env, frame contract.Frame, a Arguments) ([]byte, error) {
			return nil, changeParameters(env, frame, func(p *chain.Parameters) error { return f(p, env, a) })
		}}
	}
	functions := []Function{
		read("gasLimit()", func(p *chain.Parameters, _ contract.Env, _ Arguments) (chain.Word, error) {
			return chain.WordFromUint64(p.GasLimit), nil
		}),
		read("baseFee()", func(p *chain.Parameters, _ contract.Env, _ Arguments) (chain.Word, error) {
			return p.Fees.BaseFee, nil
		}),
		read("feeAccount()", func(p *chain.Parameters, _ contract.Env, _ Arguments) (chain.Word, error) {
			return AddressWord(p.Fees.Account), nil
		}),
		read("rulesVersion(uint64)", func(p *chain.Parameters, _ contract.Env, a Arguments) (chain.Word, error) {
			height, err := a.Uint64(0)
			return chain.WordFromUint64(chain.VersionAt(p.Rules, height)), err
		}),
		write("setGasLimit(uint64)", setGasLimit),
		write("setBaseFee(uint256)", setBaseFee),
		write("setFeeAccount(address)", setFeeAccount),
		write("scheduleRules(uint64,uint64)", scheduleRules),
	}
	return append(functions, validatorFunctions()...)
}

func loadParameters(env contract.Env) (*chain.Parameters, error) {
	return chain.DecodeParameters(env.State().Data(chain.ParametersAddress, chain.ParametersKey.Subkey))
}

func changeParameters(env contract.Env, frame contract.Frame, change func(*chain.Parameters) error) error {
	p, err := loadParameters(env)
	if err != nil {
		return err
	}
	if !slices.Contains(p.Admin, frame.Caller) {
		return &Revert{Reason: "only an administrator may change parameters"}
	}
	if err := change(p); err != nil {
		return err
	}
	env.State().SetData(chain.ParametersAddress, chain.ParametersKey.Subkey, p.Encode())
	event := chain.Log{Address: chain.ParametersAddress, Topics: []chain.Hash{parametersChanged, chain.Hash(AddressWord(frame.Caller))}}
	env.State().EmitLog(event)
	if trace := env.Trace(); trace != nil {
		trace.Log(event)
	}
	return nil
}

// The bounds of the block gas limit: a transaction must fit, and JSON numbers
// must carry it.
const (
	minGasLimit = 1 << 24
	maxGasLimit = 1<<53 - 1
)

func setGasLimit(p *chain.Parameters, _ contract.Env, a Arguments) error {
	limit, err := a.Uint64(0)
	if err != nil {
		return err
	}
	if limit < minGasLimit || limit > maxGasLimit {
		return &Revert{Reason: "the gas limit must be between 2^24 and 2^53-1"}
	}
	p.GasLimit = limit
	return nil
}

func setBaseFee(p *chain.Parameters, _ contract.Env, a Arguments) error {
	fee, err := a.Word(0)
	if err == nil && fee.Cmp(chain.MaxBaseFee) > 0 {
		return &Revert{Reason: "the base fee is at most 2^128"}
	}
	p.Fees.BaseFee = fee
	return err
}

func setFeeAccount(p *chain.Parameters, _ contract.Env, a Arguments) (err error) {
	p.Fees.Account, err = a.Address(0)
	return err
}

func scheduleRules(p *chain.Parameters, env contract.Env, a Arguments) error {
	version, err := a.Uint64(0)
	if err != nil {
		return err
	}
	height, err := a.Uint64(1)
	if err != nil {
		return err
	}
	last := p.Rules[len(p.Rules)-1]
	switch {
	case height <= env.Block().Effective:
		return &Revert{Reason: fmt.Sprintf("the first height that can be scheduled now is %d", env.Block().Effective+1)}
	case version <= last.Version || height <= last.Activation:
		return &Revert{Reason: "versions and activations must rise"}
	case len(p.Rules) >= chain.MaxSchedule:
		return &Revert{Reason: "the schedule is full"}
	}
	p.Rules = append(p.Rules, chain.Rules{Version: version, Activation: height})
	return nil
}
