package tracer

import (
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// selectors is the 4byteTracer: it counts the function selectors of all calls,
// each with the size of its arguments.
type selectors struct {
	nothing
	precompiles []chain.Address
	found       map[string]int
	budget      *Budget
}

// Begin implements Tracer.
func (s *selectors) Begin(scene Scene) { s.precompiles = scene.Precompiles }

// Enter implements contract.Trace.
func (s *selectors) Enter(frame contract.Frame) {
	switch frame.Kind {
	case contract.Call, contract.StaticCall, contract.DelegateCall, contract.CallCode:
	default:
		return
	}
	if len(frame.Input) < 4 || slices.Contains(s.precompiles, frame.Code) {
		return
	}
	key := "0x" + hex.EncodeToString(frame.Input[:4]) + "-" + strconv.Itoa(len(frame.Input)-4)
	if _, known := s.found[key]; known || s.budget.take(len(key)+16) {
		s.found[key]++
	}
}

// Result implements Tracer.
func (s *selectors) Result() any { return s.found }
