package node

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/kernel/security"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// Chain is one running chain.
type Chain struct {
	options   Options
	registry  *kernel.Registry
	genesis   *chain.Genesis
	identity  chain.Hash
	suite     crypto.Suite
	families  *chain.Families
	executor  *execution.Executor
	runner    execution.Runner // runs whole blocks with it
	admission security.Admission
	store     ledger.Ledger
	pool      *pool.Pool
	verifier  consensus.ProofVerifier
	// verifyVote checks signatures under votes.
	verifyVote consensus.VerifySignature
	log        *slog.Logger
	metrics    *metrics

	verified  *verifiedMemory // what this node has checked
	admitting atomic.Int32    // how many batches are being admitted
	relied    *verifiedMemory // what enough others have
	blocks    *blockCache
	feed      feed
	head      atomic.Pointer[Head]
	tip       atomic.Pointer[Tip]
	rulings   rulings
	course    course

	participation *participation
	pruning       atomic.Pointer[pruning]   // nil when everything is kept
	snapshots     atomic.Pointer[snapshots] // nil when there are none to take or to give
	recentIDs     *recentIDs
	recentRoots   recentRoots
	bodies        *bodies
	link          *link // nil without a network
	dossier       dossier

	commitMutex  sync.Mutex // one block is built, executed or committed at a time
	demanded     atomic.Int64
	backlogged   atomic.Bool // the last proposal left out what had no room in it
	sizing       *sizing     // of proposals
	crowd        crowd       // of clients
	crowdOfPeers crowd
	pressure     *pressure
	closing      chan struct{} // closed when Close begins
	following    atomic.Bool   // it has joined and not come as far as the others yet
	mining       chan struct{} // held by the Mine whose turn it is

	revertPointsMade uint64 // number of the last one; under commitMutex

	halted     chan struct{} // closed when going on would be unsafe
	haltOnce   sync.Once
	haltReason error
	closeOnce  sync.Once
}

// Head is the last executed and durable block.
type Head struct {
	Header  *chain.Header
	Hash    chain.Hash
	Results *chain.Results
	Ruling  // of the next block
	proof   chain.Proof
}

// Coinbase returns the account that the fees of the next block go to, should the
// same validator propose it.
func (h *Head) Coinbase() chain.Address { return h.payout(h.Header.Proposer) }

// Tip is the last decided and durable block. On a chain whose headers carry the
// roots of earlier blocks it runs ahead of the head.
type Tip struct {
	Header *chain.Header
	Hash   chain.Hash
	proof  chain.Proof
}

// Open assembles a chain and opens its ledger; Start sets it going.
func Open(ctx context.Context, registry *kernel.Registry, options Options) (c *Chain, err error) {
	options.fill()
	c = &Chain{
		options: options, registry: registry, genesis: options.Genesis, admission: registry.Admission, log: options.Log,
		verified: newVerifiedMemory(verifiedBytes), relied: newVerifiedMemory(verifiedBytes), blocks: newBlockCache(blockCacheLimit, blockCacheBytes),
		halted: make(chan struct{}), mining: make(chan struct{}, 1), metrics: newMetrics(),
		sizing: newSizing(options.Patience), pressure: newPressure(options.Interval), closing: make(chan struct{}),
	}
	if c.admission == nil {
		c.admission = security.Open{}
	}
	if err := c.assemble(registry); err != nil {
		return nil, err
	}
	if err := c.openLedger(ctx, registry); err != nil {
		return nil, err
	}
	if err := c.catchUp(ctx); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if err := c.checkRecovery(); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if err := c.options.Checks.Permit(c.participation.capabilities, max(len(c.genesis.Validators), len(c.deciding().Members))); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if err := c.openBodies(); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	c.pool = pool.New(options.Pool, options.Clock.Now)
	if c.course, err = newCourse(c); err != nil {
		return nil, errors.Join(err, c.store.Close())
	}
	if options.Network != nil {
		c.link = newLink(c, options.Network)
	}
	c.restorePool()
	return c, nil
}

func (c *Chain) assemble(registry *kernel.Registry) (err error) {
	if err = c.genesis.Check(); err != nil {
		return err
	}
	if err = execution.CheckLimits(c.genesis.Limits); err != nil {
		return err
	}
	if c.suite, err = registry.CryptoSuite(c.genesis.Crypto); err != nil {
		return err
	}
	if c.identity, err = c.genesis.Identity(c.suite); err != nil {
		return err
	}
	if err = c.checkKeys(); err != nil {
		return err
	}
	families, err := registry.Families(c.suite, c.identity, c.genesis.EVMChainID)
	if err != nil {
		return err
	}
	if c.families, err = chain.NewFamilies(families...); err != nil {
		return err
	}
	machines, err := registry.Contracts(c.suite)
	if err != nil {
		return err
	}
	if c.executor, err = execution.New(machines, c.options.Rules); err != nil {
		return err
	}
	c.runner = &execution.Prefetch{Executor: c.executor}
	module, err := registry.ConsensusModule(c.genesis.Consensus)
	if err != nil {
		return err
	}
	c.verifyVote = consensus.SignatureBy(c.suite)
	c.verifier = module.Verifier(c.verifyVote)
	c.participation, err = newParticipation(c, module)
	return err
}

// checkKeys refuses a genesis whose consensus keys the suite cannot use.
func (c *Chain) checkKeys() error {
	set, err := c.genesis.ValidatorSet()
	if err != nil {
		return err
	}
	for i := range set.Members {
		if _, err := c.suite.Address(set.Members[i].ConsensusKey); err != nil {
			return fmt.Errorf("%w: validators[%d].consensusKey: %w", chain.ErrGenesis, i, err)
		}
	}
	return nil
}

func (c *Chain) openLedger(ctx context.Context, registry *kernel.Registry) error {
	newCommitment, err := registry.Commitment(c.genesis.Commitment)
	if err != nil {
		return err
	}
	block, err := GenesisBlock(c.genesis, c.suite, newCommitment(c.suite), c.executor.CodeHash, c.executor.Natives())
	if err != nil {
		return err
	}
	if c.options.Join != nil {
		if err := c.join(ctx); err != nil {
			return err
		}
	}
	module, err := registry.LedgerModule(c.options.Ledger)
	if err != nil {
		return err
	}
	c.store, err = module.Open(ctx, ledger.Options{
		Directory: c.options.Directory, Hasher: c.suite, Commitment: c.genesis.Commitment, Identity: c.identity,
		Genesis: block, RetainState: c.options.RetainState,
		Logf: func(format string, args ...any) { c.log.Info(fmt.Sprintf(format, args...), "room", "ledger") },
	})
	if err == nil {
		c.recentIDs = newRecentIDs(c.genesis.Window, c.store.Status().Decided)
	}
	return err
}

// catchUp executes blocks that were decided before a crash but whose results
// were not yet durable, and sets the head.
func (c *Chain) catchUp(ctx context.Context) error {
	for {
		status := c.store.Status()
		if err := c.loadHead(status.Executed); err != nil {
			return err
		}
		if status.Executed == status.Decided {
			head := c.Head()
			c.tip.Store(&Tip{Header: head.Header, Hash: head.Hash, proof: head.proof})
			return nil
		}
		if err := c.reexecute(ctx, status.Executed+1); err != nil {
			return fmt.Errorf("replaying block %d: %w", status.Executed+1, err)
		}
	}
}

func (c *Chain) loadHead(height uint64) error {
	header, err := c.store.Header(height)
	if err != nil {
		return err
	}
	results, err := c.store.Results(height)
	if err != nil {
		return err
	}
	proof := &chain.Proof{}
	if height > 0 {
		if proof, err = c.store.Proof(height); err != nil {
			return err
		}
	}
	view, err := c.store.View(height)
	if err != nil {
		return err
	}
	defer view.Close()
	return c.setHead(header, results, *proof, c.overlaid(view))
}

// setHead shows a block as the latest; view is the state after it.
func (c *Chain) setHead(header *chain.Header, results *chain.Results, proof chain.Proof, view ledger.View) error {
	own, err := c.readRuling(view)
	if err != nil {
		return err
	}
	c.rulings.set(header.Height, own)
	next, err := c.Ruling(header.Height + 1)
	if err != nil {
		return err
	}
	c.head.Store(&Head{
		Header: header, Hash: header.Hash(c.suite), Results: results,
		Ruling: *next, proof: proof,
	})
	return nil
}

// Start connects the chain to its network and lets the engine take part.
func (c *Chain) Start(ctx context.Context) error {
	if c.link != nil {
		if err := c.link.start(ctx); err != nil {
			return err
		}
	}
	if err := errors.Join(c.startPruning(ctx), c.startSnapshots(ctx)); err != nil {
		return err
	}
	return c.participation.start(ctx)
}

// tipDecision returns the last decision as it was ordered, which is how an engine knows
// it that has taken part: what two of them have decided must be equal byte for byte.
func (c *Chain) tipDecision() (consensus.Decision, error) {
	tip := c.Tip()
	body, err := c.store.Body(tip.Header.Height)
	if err != nil {
		return consensus.Decision{}, err
	}
	return consensus.Decision{
		Proposal: consensus.Proposal{Height: tip.Header.Height, Header: tip.Header.Encode(), Body: orderedForm(body)}, Proof: tip.proof,
	}, nil
}

// Close stops the engine, saves the pool and closes the ledger. It is safe to
// call more than once.
func (c *Chain) Close(ctx context.Context) (err error) {
	c.closeOnce.Do(func() {
		close(c.closing)
		// Whatever the caller's patience: the ledger must not close under an engine
		// that is committing, which takes bounded time.
		err = c.participation.close(context.WithoutCancel(ctx))
		if c.link != nil {
			err = errors.Join(err, c.link.close())
		}
		err = errors.Join(err, c.course.close())
		c.pruning.Load().close()
		c.snapshots.Load().close()
		c.feed.close()
		err = errors.Join(err, c.savePool(), c.store.Close(), c.bodies.close())
		if c.options.Votes != nil {
			err = errors.Join(err, c.options.Votes.Close())
		}
		if log, ok := c.options.WAL.(io.Closer); ok {
			err = errors.Join(err, log.Close())
		}
	})
	return err
}

// Head returns the last executed and durable block.
func (c *Chain) Head() *Head { return c.head.Load() }

// Tip returns the last decided and durable block; never below Head.
func (c *Chain) Tip() *Tip { return c.tip.Load() }

// Genesis returns the chain's genesis; it must not be changed.
func (c *Chain) Genesis() *chain.Genesis { return c.genesis }

// Identity returns the chain identity.
func (c *Chain) Identity() chain.Hash { return c.identity }

// Suite returns the chain's crypto suite.
func (c *Chain) Suite() crypto.Suite { return c.suite }

// Ledger returns the chain's ledger for reading.
func (c *Chain) Ledger() ledger.Ledger { return c.store }

// Pool returns the chain's pool for reading.
func (c *Chain) Pool() *pool.Pool { return c.pool }

// Executor returns the chain's executor.
func (c *Chain) Executor() *execution.Executor { return c.executor }

// Halted is closed when the chain has stopped because going on would be unsafe;
// HaltReason says why.
func (c *Chain) Halted() <-chan struct{} { return c.halted }

// HaltReason returns why the chain has halted, or nil.
func (c *Chain) HaltReason() error {
	select {
	case <-c.halted:
		return c.haltReason
	default:
		return nil
	}
}

func (c *Chain) halt(reason error) {
	c.haltOnce.Do(func() {
		c.haltReason = reason
		c.log.Error("the chain has stopped", "chain", c.genesis.Name, "reason", reason)
		close(c.halted)
	})
}
