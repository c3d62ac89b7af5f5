package cl

import (
	"context"
	"time"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

// Bounds of one wait for a height, and of all that go on at one time.
const (
	awaitTime  = 30 * time.Second
	awaitCalls = 256
)

// codeBehind is the error code of a node that has not come to a height in time.
const codeBehind = -32010

// awaitHeight takes (height, milliseconds or null) and answers with the node's
// height as soon as it has executed the block at that height. Who has seen a
// receipt on one node so reads what it wrote on another.
func (s *Service) awaitHeight(ctx context.Context, params jsonrpc.Params) (any, error) {
	var height, milliseconds quantity.Uint64
	if err := params.Decode(0, true, &height); err != nil {
		return nil, err
	}
	if err := params.Decode(1, false, &milliseconds); err != nil {
		return nil, err
	}
	select {
	case s.awaiting <- struct{}{}:
		defer func() { <-s.awaiting }()
	default:
		return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "%d calls wait for heights already; ask again later", awaitCalls)
	}
	limit := awaitTime
	if wait := time.Duration(min(uint64(milliseconds), uint64(awaitTime.Milliseconds()))) * time.Millisecond; wait > 0 {
		limit = wait
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := s.chain.AwaitHeight(ctx, uint64(height)); err != nil {
		return nil, jsonrpc.Errorf(codeBehind, "this node is at height %d, not at %d, after %s", s.chain.Head().Header.Height, uint64(height), limit)
	}
	return quantity.Uint64(s.chain.Head().Header.Height), nil
}
