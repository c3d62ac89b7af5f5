package eth_test

import (
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/tools/development"
)

// stall is a native module whose calls take until the test lets them go.
type stall struct{ entered, leave chan struct{} }

func (stall) Address() chain.Address { return chain.SystemAddress(0x7777) }

func (s stall) Functions() []native.Function {
	return []native.Function{{Signature: "wait()", Run: func(contract.Env, contract.Frame, native.Arguments) ([]byte, error) {
		s.entered <- struct{}{}
		<-s.leave
		return nil, nil
	}}}
}

func TestAboveTheirNumberCallsWaitWithinTheirTimeAndAreThenToldThatTheServerIsBusy(t *testing.T) {
	module := stall{entered: make(chan struct{}), leave: make(chan struct{})}
	registry := obicore.Registry()
	registry.Contracts = func(crypto.Suite) ([]contract.VM, error) {
		modules, err := native.New(native.Parameters{}, module)
		return []contract.VM{modules, evm.New()}, err
	}
	limits := eth.DefaultLimits()
	limits.Calls, limits.CallTime = 1, 50*time.Millisecond
	s := serve(t, development.Options{Registry: registry, Directory: t.TempDir()}, eth.Settings{Limits: limits}, jsonrpc.Options{})
	selector := native.Selector("wait()")
	slow := map[string]string{"to": module.Address().String(), "input": "0x" + hex.EncodeToString(selector[:])}
	ended := make(chan answer)
	go func() { ended <- s.call("eth_call", slow) }()
	<-module.entered

	plain := map[string]any{"from": s.Accounts[0].Address, "to": s.Accounts[1].Address}
	contractCall := map[string]any{"from": s.Accounts[0].Address, "to": s.Accounts[1].Address, "data": "0x00"}
	for method, params := range map[string][]any{
		"eth_call": {plain}, "eth_estimateGas": {plain}, "eth_createAccessList": {plain}, "eth_fillTransaction": {contractCall},
		"eth_simulateV1": {map[string]any{"blockStateCalls": []any{map[string]any{"calls": []any{plain}}}}},
	} {
		if a := s.call(method, params...); a.Error.Code != jsonrpc.LimitExceeded || !strings.Contains(a.Error.Message, "server is busy") {
			t.Errorf("%s: %s %+v", method, a.Result, a.Error)
		}
	}
	if a := s.call("eth_blockNumber"); a.Error.Code != 0 {
		t.Errorf("what executes nothing waits too: %+v", a.Error)
	}
	close(module.leave)
	if a := <-ended; !strings.Contains(a.Error.Message, "execution aborted") {
		t.Errorf("the slow call: %s %+v", a.Result, a.Error)
	}
	if a := s.call("eth_estimateGas", plain); a.Error.Code == jsonrpc.LimitExceeded {
		t.Errorf("the slot is not given back: %+v", a.Error)
	}
}
