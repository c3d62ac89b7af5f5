package node

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// Options say which chain a node runs and how.
type Options struct {
	Genesis *chain.Genesis
	// Directory holds the chain's data; empty means memory only.
	Directory string
	// Ledger is the name of the ledger module; "segment" when empty.
	Ledger string
	// Self is the node's id, Keys what it signs with.
	Self chain.NodeID
	Keys
	// Spare are keys that the chain may give this node's record later: while keys
	// rotate a node has both, and signs with those of the set that decides.
	Spare []Keys
	// Votes is the record of what Signer has signed, and WAL the engine's own log;
	// engines that vote need both. They are closed with the chain.
	Votes *Guard
	WAL   consensus.WAL
	// Bodies is the record of the block bodies that this node has voted for by their
	// digest; a validator of an engine that votes needs it. It is closed with the chain.
	Bodies consensus.WAL
	// Ordering is how this node proposes; DefaultOrdering when empty.
	Ordering Ordering
	// WholeUpTo is the size of the transactions in bytes up to which a proposal carries
	// them although it is ordered by digest; 16 KiB when 0, and none when negative.
	WholeUpTo int
	// Checks says whose checks of signatures this node takes for its own; ChecksEvery when empty.
	Checks Checks
	// StateFrom is how many transactions a batch needs for a statement; 16 when 0.
	StateFrom int
	// Recovery is a decision of people to go on with fewer validators, which this node
	// follows; nil when there is none.
	Recovery *chain.Recovery
	// Network connects the chain to its other nodes; nil for a chain of one.
	Network *Network
	// Patience is how long this node waits for a leader before it asks for another;
	// 0 takes the engine's own figure.
	Patience time.Duration
	// Random seeds what engines draw; the system's when nil.
	Random func() uint64
	// Interval between blocks in milliseconds; 0 makes a block on demand.
	Interval uint64
	// Skew is how far ahead of this node's clock a proposal's time may be; 5 s when 0.
	Skew time.Duration
	// Heartbeat is the longest time between blocks of a chain with deferred roots,
	// so that block time moves on; 0 makes none.
	Heartbeat time.Duration
	// RetainState is how many heights below the tip can be read; 0 keeps all.
	RetainState uint64
	// RetainBlocks is how many heights below the tip keep their bodies and results –
	// transactions, receipts, logs – and their state; 0 keeps all. Headers and proofs
	// always stay. Ledgers drop whole files, so that somewhat more is kept.
	RetainBlocks uint64
	// Snapshots are those that this node takes of its own chain and gives to others.
	Snapshots Snapshots
	// Join lets a node whose directory holds no ledger begin with a snapshot of its peers
	// when the chain is opened; nil begins with the blocks from genesis on.
	Join *Join
	Pool pool.Limits
	// Rules are the rule versions that this binary knows; the default table when nil.
	Rules execution.RulesTable
	// AllowUnprotected admits legacy transactions without a chain id (EIP-155),
	// which can be replayed from other chains.
	AllowUnprotected bool
	// Development makes a chain in memory editable; nil for every other chain.
	Development *Development
	// Clock measures how long things take; the machine's when nil.
	Clock chain.Clock
	// WallClock is the time of day, which goes into headers and is compared with
	// theirs; Clock's when nil. It may jump, as clocks of machines do that are set.
	WallClock func() time.Time
	Log       *slog.Logger
	// Opening is told what Open is doing while that takes long; nil for nobody.
	Opening func(doing string)
}

// Keys are the signing keys of a node: the consensus key, and the export key, which
// is nil when the node's record has none.
type Keys struct {
	Signer crypto.Signer
	Export crypto.Signer
}

// fits reports whether these are the keys of a validator record.
func (k *Keys) fits(member *chain.Validator) bool {
	if k.Signer == nil || !k.Signer.Public().Equal(member.ConsensusKey) {
		return false
	}
	if k.Export == nil {
		return len(member.ExportKey.Bytes) == 0
	}
	return k.Export.Public().Equal(member.ExportKey)
}

// ErrKeys says that a node has other keys than its record in the validator set.
var ErrKeys = errors.New("node: the keys of this node are not those that the chain has for it")

// keysFor returns the keys of this node in a validator set.
func (o *Options) keysFor(set *chain.ValidatorSet) (*Keys, error) {
	member, ok := set.Member(o.Self)
	if !ok {
		return &o.Keys, nil // nobody counts what it signs
	}
	if o.Keys.fits(&member) {
		return &o.Keys, nil
	}
	for i := range o.Spare {
		if o.Spare[i].fits(&member) {
			return &o.Spare[i], nil
		}
	}
	return nil, fmt.Errorf("%w: it is validator %s", ErrKeys, o.Self)
}

func (o *Options) fill() {
	if o.Ledger == "" {
		o.Ledger = "segment"
	}
	if o.Ordering == "" {
		o.Ordering = DefaultOrdering
	}
	if o.WholeUpTo == 0 {
		o.WholeUpTo = wholeUpTo
	}
	if o.Checks == "" {
		o.Checks = ChecksEvery
	}
	if o.StateFrom == 0 {
		o.StateFrom = stateFrom
	}
	if o.Pool == (pool.Limits{}) {
		o.Pool = pool.DefaultLimits()
	}
	if o.Rules == nil {
		o.Rules = execution.DefaultRules()
	}
	if o.Skew == 0 {
		o.Skew = 5 * time.Second
	}
	if o.Random == nil {
		o.Random = rand.Uint64
	}
	if o.Clock == nil {
		o.Clock = systemClock{}
	}
	if o.WallClock == nil {
		o.WallClock = o.Clock.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// systemClock is the machine's clock.
type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }
func (systemClock) AfterFunc(d time.Duration, f func()) func() bool {
	return time.AfterFunc(d, f).Stop
}
