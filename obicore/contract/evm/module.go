package evm

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/contract"
)

// The price of entering a native module from EVM code. The module meters itself, so this
// is what a read of it costs.
const (
	gasModule     = 2_600
	gasModuleWord = 12
	// moduleRunGas bounds the work of a read.
	moduleRunGas = 1_000_000
)

var (
	errModule = errors.New("native module")
	errSelf   = fmt.Errorf("%w: a native module runs as itself only: use CALL or STATICCALL", errModule)
)

// readModule lets EVM code read a native module. Under rules version 1 the module knows
// no caller, runs read-only and takes no value.
func (s *session) readModule(frame *contract.Frame) contract.Outcome {
	gas := gasModule + gasModuleWord*wordsOf(uint64(len(frame.Input)))
	switch {
	case frame.Gas < gas:
		return contract.Outcome{Err: contract.ErrOutOfGas}
	case frame.Kind != contract.Call && frame.Kind != contract.StaticCall:
		return contract.Outcome{Err: errSelf}
	case !frame.Value.IsZero():
		return contract.Outcome{GasLeft: frame.Gas - gas, Err: contract.ErrRevert}
	}
	outcome := s.env.Call(s.ctx, contract.Frame{
		Kind: contract.StaticCall, Self: frame.Code, Code: frame.Code, Gas: moduleRunGas,
		ReadOnly: true, Depth: frame.Depth + 1, Input: frame.Input,
	})
	answer := contract.Outcome{GasLeft: frame.Gas - gas}
	switch {
	case outcome.Err == nil:
		answer.Output = outcome.Output
	case errors.Is(outcome.Err, contract.ErrRevert):
		answer.Output, answer.Err = outcome.Output, contract.ErrRevert
	default:
		answer.Err = fmt.Errorf("%w: %w", errModule, outcome.Err)
	}
	return answer
}
