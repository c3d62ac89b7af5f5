package eth

import (
	"encoding/json"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// CallRequest is a call as a client spells it: the transaction, the block on
// whose state it is tried, and what is overridden. State and Block may be nil.
type CallRequest struct {
	Transaction json.RawMessage
	Tag         quantity.BlockTag
	State       json.RawMessage
	Block       json.RawMessage
}

// PreparedCall is a call that is ready to be executed. Close releases it.
type PreparedCall struct {
	Message execution.Message
	scene   *scene
}

// Prepare reads a call for another namespace that executes it in its own way.
// Errors are those that eth_call gives.
func (s *Service) Prepare(request CallRequest) (*PreparedCall, error) {
	params := jsonrpc.NewParams(request.Transaction, nil, request.State, request.Block)
	args, states, block, err := s.decodeArguments(params)
	if err != nil {
		return nil, err
	}
	c, err := s.open(request.Tag, states, block)
	if err != nil {
		return nil, err
	}
	return &PreparedCall{Message: args.message(s.chain.Genesis().EVMChainID, s.limits.CallGas), scene: c}, nil
}

// Close releases the state.
func (p *PreparedCall) Close() { p.scene.close() }

// Block returns the context in which the call is tried.
func (p *PreparedCall) Block() *execution.Block { return &p.scene.block }

// Rules returns the rules under which the call is tried.
func (p *PreparedCall) Rules() execution.Rules { return p.scene.rules }

// World returns a fresh overlay on the state, with the overrides in place.
func (p *PreparedCall) World() (*state.State, error) { return p.scene.world() }

// Override puts the state overrides in place on another state.
func (p *PreparedCall) Override(world *state.State) error {
	return p.scene.state.apply(world, p.scene.service.chain.Executor(), p.scene.rules.Version)
}
