package debug

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/api/steady"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Limits bound what one trace may cost.
type Limits struct {
	Time    time.Duration // of one request, unless the client asks for another
	MaxTime time.Duration // most that a client may ask for
	Bytes   int           // of the traces of one request, about
	Traces  int           // requests that are traced at the same time; others wait within their time
}

// DefaultLimits are what a node starts with.
func DefaultLimits() Limits {
	return Limits{Time: 5 * time.Second, MaxTime: time.Minute, Bytes: 64 << 20, Traces: 4}
}

// Service serves one chain.
type Service struct {
	chain  *node.Chain
	calls  *eth.Service
	limits Limits
	slots  chan struct{} // taken by requests that are being traced
}

// New returns a service; calls reads the calls that are to be traced. Limits that
// are zero are the default ones.
func New(c *node.Chain, calls *eth.Service, limits Limits) *Service {
	defaults := DefaultLimits()
	limits = Limits{
		Time: cmp.Or(limits.Time, defaults.Time), MaxTime: cmp.Or(limits.MaxTime, defaults.MaxTime),
		Bytes: cmp.Or(limits.Bytes, defaults.Bytes), Traces: cmp.Or(limits.Traces, defaults.Traces),
	}
	return &Service{chain: c, calls: calls, limits: limits, slots: make(chan struct{}, limits.Traces)}
}

// Register adds all methods.
func (s *Service) Register(registry *jsonrpc.Registry) error {
	var faults []error
	for name, handler := range map[string]jsonrpc.Handler{
		"debug_traceTransaction": s.traceTransaction, "debug_traceCall": s.traceCall, "debug_traceBlockByNumber": s.traceBlockByNumber,
		"debug_traceBlockByHash": s.traceBlockByHash, "debug_getRawTransaction": s.getRawTransaction,
	} {
		faults = append(faults, registry.Register(name, steady.Handler(s.chain, handler)))
	}
	return errors.Join(faults...)
}

// Errors in the words of go-ethereum.
var (
	errTransaction = jsonrpc.Errorf(jsonrpc.ServerError, "transaction not found")
	errGenesis     = jsonrpc.Errorf(jsonrpc.ServerError, "genesis is not traceable")
	errPending     = jsonrpc.Errorf(jsonrpc.ServerError, "tracing on top of pending is not supported")
)

func (s *Service) getRawTransaction(_ context.Context, params jsonrpc.Params) (any, error) {
	var id quantity.Hash
	if err := params.Decode(0, true, &id); err != nil {
		return nil, err
	}
	if t, waiting := s.chain.Pool().Get(id.Value()); waiting {
		return quantity.Bytes(t.Raw), nil
	}
	block, index, err := s.chain.Transaction(id.Value())
	if errors.Is(err, ledger.ErrNotFound) {
		return quantity.Bytes(nil), nil
	}
	if err != nil {
		return nil, err
	}
	return quantity.Bytes(block.Transactions[index].Raw), nil
}

func (s *Service) traceTransaction(ctx context.Context, params jsonrpc.Params) (any, error) {
	var id quantity.Hash
	var options traceOptions
	if err := params.Decode(0, true, &id); err != nil {
		return nil, err
	}
	if err := params.Decode(1, false, &options); err != nil {
		return nil, err
	}
	block, index, err := s.chain.Transaction(id.Value())
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, errTransaction
	}
	if err != nil {
		return nil, err
	}
	session, err := s.session(ctx, &options)
	if err != nil {
		return nil, err
	}
	defer session.stop()
	r, err := s.replay(block)
	if err != nil {
		return nil, err
	}
	defer r.close()
	if err := r.skip(session.ctx, index); err != nil {
		return nil, err
	}
	return r.trace(session)
}

// blockResult is the trace of one transaction of a block.
type blockResult struct {
	ID     chain.Hash `json:"txHash"`
	Result any        `json:"result,omitempty"`
}

func (s *Service) traceBlockByNumber(ctx context.Context, params jsonrpc.Params) (any, error) {
	var tag quantity.BlockTag
	if err := params.Decode(0, true, &tag); err != nil {
		return nil, err
	}
	return s.traceBlock(ctx, tag, params)
}

func (s *Service) traceBlockByHash(ctx context.Context, params jsonrpc.Params) (any, error) {
	var hash quantity.Hash
	if err := params.Decode(0, true, &hash); err != nil {
		return nil, err
	}
	return s.traceBlock(ctx, quantity.BlockTag{Kind: quantity.BlockHash, Hash: hash.Value()}, params)
}

func (s *Service) traceBlock(ctx context.Context, tag quantity.BlockTag, params jsonrpc.Params) (any, error) {
	var options traceOptions
	if err := params.Decode(1, false, &options); err != nil {
		return nil, err
	}
	block, err := s.block(tag)
	if err != nil {
		return nil, err
	}
	session, err := s.session(ctx, &options)
	if err != nil {
		return nil, err
	}
	defer session.stop()
	r, err := s.replay(block)
	if err != nil {
		return nil, err
	}
	defer r.close()
	results := make([]blockResult, len(block.Transactions))
	for i := range results {
		results[i].ID = block.Transactions[i].ID
		if results[i].Result, err = r.trace(session); err != nil {
			return nil, err
		}
	}
	return results, nil
}

// block returns the block that a tag names.
func (s *Service) block(tag quantity.BlockTag) (block *node.Block, err error) {
	height := s.chain.Head().Header.Height
	switch tag.Kind {
	case quantity.BlockPending:
		return nil, errPending
	case quantity.BlockEarliest:
		height = 0
	case quantity.BlockNumber:
		height = tag.Number
	case quantity.BlockHash:
		block, err = s.chain.BlockByHash(tag.Hash)
		if errors.Is(err, ledger.ErrNotFound) {
			return nil, jsonrpc.Errorf(jsonrpc.ServerError, "block %s not found", tag.Hash)
		}
		return block, err
	}
	block, err = s.chain.BlockAt(height)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, jsonrpc.Errorf(jsonrpc.ServerError, "block #%d not found", height)
	}
	if err != nil {
		return nil, fmt.Errorf("reading block %d: %w", height, err)
	}
	return block, nil
}
