package eth

import (
	"context"
	"fmt"
	"math"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// simulator executes blocks on top of an existing one. What a block changes is
// the ground of the next; the chain is not changed.
type simulator struct {
	service *Service
	request *simulation
	base    *node.Block
	view    ledger.View
	world   *state.State
	parent  *chain.Header
	hashes  map[uint64]chain.Hash // of simulated blocks
	payout  chain.Address         // coinbase of blocks that name none
	fees    chain.Address         // who receives fees then
	burn    bool
	price   chain.Word // base fee of blocks that name none, when it is validated
	gasLeft uint64     // of the whole request
}

func (s *Service) newSimulator(tag quantity.BlockTag, request *simulation) (*simulator, error) {
	height, err := s.height(tag)
	if err != nil {
		return nil, err
	}
	base, err := s.chain.BlockAt(height)
	if err != nil {
		return nil, err
	}
	view, err := s.view(quantity.BlockTag{Kind: quantity.BlockNumber, Number: height})
	if err != nil {
		return nil, err
	}
	fees := base.Fees
	if height == s.chain.Head().Header.Height {
		fees = s.chain.Head().Parameters.Fees
	}
	return &simulator{
		service: s, request: request, base: base, view: view, world: state.New(view), parent: base.Header,
		hashes: map[uint64]chain.Hash{height: base.Hash}, payout: base.Coinbase,
		fees: fees.Account, burn: fees.Burn, price: fees.BaseFee, gasLeft: s.limits.SimulateGas,
	}, nil
}

func (sim *simulator) run(ctx context.Context, blocks []simulatedBlock) ([]*simulatedView, error) {
	blocks, err := fillGaps(blocks, sim.base.Header.Height, sim.base.Header.Time/1000)
	if err != nil {
		return nil, err
	}
	views := make([]*simulatedView, len(blocks))
	for i := range blocks {
		if views[i], err = sim.runBlock(ctx, &blocks[i]); err != nil {
			return nil, err
		}
	}
	return views, nil
}

// blockRun is a block while it is simulated.
type blockRun struct {
	*simulator
	context execution.Block
	rules   execution.Rules
	block   *node.Block
	gasLeft uint64
	shown   []chain.Result // events that the answer has for each call
	blobs   int
	view    *simulatedView
}

func (sim *simulator) runBlock(ctx context.Context, given *simulatedBlock) (*simulatedView, error) {
	b, err := sim.beginBlock(given)
	if err != nil {
		return nil, err
	}
	if err := given.States.apply(sim.world, sim.service.chain.Executor(), b.rules.Version); err != nil {
		return nil, err
	}
	if err := b.open(); err != nil {
		return nil, err
	}
	for i := range given.Calls {
		if err := context.Cause(ctx); err != nil {
			return nil, err
		}
		if err := b.runCall(ctx, &given.Calls[i]); err != nil {
			return nil, err
		}
	}
	return b.seal(), nil
}

func (sim *simulator) beginBlock(given *simulatedBlock) (*blockRun, error) {
	chainOf, o := sim.service.chain, &given.Block
	height := uint64(*o.Number)
	header := &chain.Header{
		Rules: chain.VersionAt(chainOf.Head().Parameters.Rules, height), Chain: chainOf.Identity(), Height: height,
		Parent: sim.hashes[height-1], Time: 1000 * uint64(*o.Time), GasLimit: sim.parent.GasLimit,
		Validators: sim.parent.NextValidators, NextValidators: sim.parent.NextValidators, Proposer: sim.parent.Proposer,
	}
	b := &blockRun{simulator: sim, view: &simulatedView{Calls: []simulatedCallView{}}}
	b.context = execution.Block{
		Block: contract.Block{
			Chain: header.Chain, ChainID: chainOf.Genesis().EVMChainID, Height: height, Time: header.Time, Coinbase: sim.payout,
			GasLimit: header.GasLimit, BlobFee: chain.WordFromUint64(1), Limits: chainOf.Genesis().Limits, Ancestor: sim.ancestor(height),
		},
		Rules: header.Rules, Parent: header.Parent, FeeAccount: sim.fees, BurnBase: sim.burn,
	}
	if sim.request.Validation {
		b.context.BaseFee = sim.price
	}
	if o.Coinbase != nil {
		b.context.FeeAccount = o.Coinbase.Value() // the override says who receives fees
		sim.payout, sim.fees = o.Coinbase.Value(), o.Coinbase.Value()
	}
	o.apply(&b.context)
	if o.BaseFee != nil {
		sim.price = b.context.BaseFee // later blocks follow from this one
	}
	header.GasLimit, header.Randomness = b.context.GasLimit, b.context.Randomness
	b.gasLeft = header.GasLimit
	b.block = &node.Block{
		Header: header, Results: &chain.Results{}, Coinbase: b.context.Coinbase,
		Fees: chain.Fees{BaseFee: b.context.BaseFee, Account: b.context.FeeAccount, Burn: b.context.BurnBase},
	}
	rules, err := chainOf.Executor().Rules(header.Rules)
	b.rules = rules
	return b, err
}

// ancestorWindow is how far back contracts may ask for header hashes.
const ancestorWindow = 256

func (sim *simulator) ancestor(of uint64) func(uint64) chain.Hash {
	return func(height uint64) chain.Hash {
		if height >= of || of-height > ancestorWindow {
			return chain.Hash{}
		}
		if hash, known := sim.hashes[height]; known {
			return hash
		}
		block, err := sim.service.chain.BlockAt(height)
		if err != nil {
			return chain.Hash{}
		}
		return block.Hash
	}
}

// open makes the write that comes before the first transaction (EIP-2935).
func (b *blockRun) open() error {
	if b.rules.History && b.world.CodeSize(execution.HistoryContract) > 0 {
		slot := chain.WordFromUint64((b.context.Height - 1) % execution.HistoryWindow)
		b.world.SetSlot(execution.HistoryContract, slot, chain.Word(b.context.Parent))
	}
	b.block.Results.Opening = b.world.Finish()
	return b.world.Err()
}

func (b *blockRun) runCall(ctx context.Context, args *arguments) error {
	capped, err := b.complete(args)
	if err != nil {
		return err
	}
	m := b.message(args)
	var trace contract.Trace // nobody listens unless transfers are asked for: the receipt has the other events
	transfers := &simulatedLogs{}
	if b.request.TraceTransfers {
		trace = transfers
	}
	run, err := b.service.chain.Executor().Apply(ctx, b.rules, &b.context, b.world, m, b.gasLeft, trace)
	if err != nil {
		return refusedCall(err)
	}
	if run.GasUsed > b.simulator.gasLeft {
		return fmt.Errorf("RPC gas cap exhausted: need %d, remaining %d", run.GasUsed, b.simulator.gasLeft)
	}
	b.simulator.gasLeft -= run.GasUsed
	b.gasLeft -= run.GasUsed
	b.blobs += len(m.BlobHashes)
	logs := run.Logs
	if b.request.TraceTransfers {
		logs = transfers.logs // the receipt and the bloom filter do not have the transfers
	}
	b.shown = append(b.shown, chain.Result{Receipt: chain.Receipt{Logs: logs}})
	b.block.Transactions = append(b.block.Transactions, m.Verified)
	b.block.Results.Transactions = append(b.block.Results.Transactions, chain.Result{Receipt: run.Receipt(), Writes: run.Writes})
	b.view.Calls = append(b.view.Calls, viewSimulatedCall(run, capped))
	return nil
}

// complete fills in what a call leaves out and checks what validation asks for;
// capped says that it gets less gas than it asked for.
func (b *blockRun) complete(args *arguments) (capped bool, err error) {
	if err := args.check(b.context.ChainID); err != nil {
		return false, err
	}
	from := args.from()
	nonce := b.world.Nonce(from)
	if args.Nonce == nil {
		args.Nonce = (*quantity.Uint64)(&nonce)
	}
	if args.Gas == nil {
		args.Gas = (*quantity.Uint64)(&b.gasLeft)
	}
	if uint64(*args.Gas) > b.gasLeft {
		return false, jsonrpc.Errorf(codeBlockGasLimit, "block gas limit reached: remaining: %d, required: %d", b.gasLeft, uint64(*args.Gas))
	}
	gas := min(uint64(*args.Gas), b.simulator.gasLeft)
	capped = gas < uint64(*args.Gas)
	args.Gas = (*quantity.Uint64)(&gas)
	if nonce == math.MaxUint64 {
		return capped, jsonrpc.Errorf(jsonrpc.InternalError, "%v: address %s, nonce: %d", execution.ErrNonceMax, from, nonce)
	}
	if b.request.Validation {
		return capped, b.validate(args, nonce)
	}
	return capped, nil
}

// validate makes the checks that a query does not make.
func (b *blockRun) validate(args *arguments, nonce uint64) error {
	from, given := args.from(), uint64(*args.Nonce)
	switch {
	case given > nonce:
		return jsonrpc.Errorf(codeNonceTooHigh, "%v: address %s, tx: %d state: %d", execution.ErrNonceTooHigh, from, given, nonce)
	case given < nonce:
		return jsonrpc.Errorf(codeNonceTooLow, "%v: address %s, tx: %d state: %d", execution.ErrNonceTooLow, from, given, nonce)
	}
	feeCap := quantity.Word(word(args.FeeCap))
	if args.GasPrice != nil {
		feeCap = *args.GasPrice
	}
	if feeCap.Value().Cmp(b.context.BaseFee) < 0 {
		return jsonrpc.Errorf(codeBaseFeeTooLow, "%v: address %s, maxFeePerGas: %s, baseFee: %s", execution.ErrFeeCapTooLow,
			from, feeCap.Value().Big(), b.context.BaseFee.Big())
	}
	return nil
}

// message returns a completed call as a message with the envelope that it would
// have without a signature.
func (b *blockRun) message(args *arguments) execution.Message {
	m := args.message(b.context.ChainID, uint64(*args.Gas))
	t := args.transaction(b.context.ChainID)
	m.Raw = t.Encode()
	m.ID = keccak.Keccak256(m.Raw)
	return m
}

// seal computes what the block's header says of its content. A simulated block
// has no state root: the state is not committed to.
func (b *blockRun) seal() *simulatedView {
	header, suite := b.block.Header, b.service.chain.Suite()
	header.TransactionCount = uint64(len(b.block.Transactions))
	header.TransactionRoot = chain.TransactionRoot(suite, nil)
	if ids := b.ids(); len(ids) > 0 {
		header.TransactionRoot = chain.TransactionRoot(suite, [][]chain.Hash{ids})
	}
	header.ResultRoot = b.block.Results.Root(suite)
	b.block.Hash = header.Hash(suite)
	b.block.Size = len(header.Encode())
	for i := range b.block.Transactions {
		b.block.Size += len(b.block.Transactions[i].Raw)
	}
	b.hashes[header.Height], b.parent = b.block.Hash, header
	return b.fill()
}

func (b *blockRun) ids() (ids []chain.Hash) {
	for i := range b.block.Transactions {
		ids = append(ids, b.block.Transactions[i].ID)
	}
	return ids
}
