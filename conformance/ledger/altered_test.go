package ledger_test

import (
	"context"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/ledger"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// altered is the default ledger with single behaviours replaced; nil keeps the sound
// one.
type altered struct {
	ledger.Ledger
	status     func() ledger.Status
	header     func(height uint64) (*chain.Header, error)
	proof      func(height uint64) (*chain.Proof, error)
	locate     func(id chain.Hash, below uint64) (ledger.Location, error)
	appends    func(ctx context.Context, decided ledger.Decided) error
	commit     func(ctx context.Context, results *chain.Results, staged ledger.Staged) error
	stage      func(writes []chain.Write) (ledger.Staged, error)
	view       func(height uint64) (ledger.View, error)
	prove      func(height uint64, key chain.StateKey) (ledger.Proof, error)
	many       func(height uint64, keys []chain.StateKey) (ledger.MultiProof, error)
	candidates func(ctx context.Context, query ledger.EventQuery, from, to uint64, f func(uint64) bool) (uint64, error)
	signers    func(height uint64) ([][]byte, error)
	prune      func(ctx context.Context, below uint64) error
	inspect    func(ctx context.Context, found func(ledger.Fault), progress func(float64)) error
	rewind     func(ctx context.Context, height uint64) error
	snapshot   func(ctx context.Context, height uint64, emit func(*ledger.Chunk) error) error
	usage      func(ctx context.Context) (ledger.Usage, error)
	openView   func(v ledger.View) *alteredView
}

func (a *altered) Status() ledger.Status {
	if a.status != nil {
		return a.status()
	}
	return a.Ledger.Status()
}

func (a *altered) Header(height uint64) (*chain.Header, error) {
	if a.header != nil {
		return a.header(height)
	}
	return a.Ledger.Header(height)
}

func (a *altered) Proof(height uint64) (*chain.Proof, error) {
	if a.proof != nil {
		return a.proof(height)
	}
	return a.Ledger.Proof(height)
}

func (a *altered) Locate(id chain.Hash, below uint64) (ledger.Location, error) {
	if a.locate != nil {
		return a.locate(id, below)
	}
	return a.Ledger.Locate(id, below)
}

func (a *altered) Append(ctx context.Context, decided ledger.Decided) error {
	if a.appends != nil {
		return a.appends(ctx, decided)
	}
	return a.Ledger.Append(ctx, decided)
}

func (a *altered) Commit(ctx context.Context, results *chain.Results, staged ledger.Staged) error {
	if a.commit != nil {
		return a.commit(ctx, results, staged)
	}
	return a.Ledger.Commit(ctx, results, staged)
}

func (a *altered) Stage(writes []chain.Write) (ledger.Staged, error) {
	if a.stage != nil {
		return a.stage(writes)
	}
	return a.Ledger.Stage(writes)
}

func (a *altered) View(height uint64) (ledger.View, error) {
	if a.view != nil {
		return a.view(height)
	}
	v, err := a.Ledger.View(height)
	if err != nil || a.openView == nil {
		return v, err
	}
	return a.openView(v), nil
}

func (a *altered) Prove(height uint64, key chain.StateKey) (ledger.Proof, error) {
	if a.prove != nil {
		return a.prove(height, key)
	}
	return a.Ledger.Prove(height, key)
}

func (a *altered) ProveMany(height uint64, keys []chain.StateKey) (ledger.MultiProof, error) {
	if a.many != nil {
		return a.many(height, keys)
	}
	return a.Ledger.(ledger.MultiProver).ProveMany(height, keys)
}

func (a *altered) Prune(ctx context.Context, below uint64) error {
	if a.prune != nil {
		return a.prune(ctx, below)
	}
	return a.Ledger.(ledger.Pruner).Prune(ctx, below)
}

func (a *altered) Inspect(ctx context.Context, found func(ledger.Fault), progress func(float64)) error {
	if a.inspect != nil {
		return a.inspect(ctx, found, progress)
	}
	return a.Ledger.(ledger.Inspector).Inspect(ctx, found, progress)
}

func (a *altered) Snapshot(ctx context.Context, height uint64, emit func(*ledger.Chunk) error) error {
	if a.snapshot != nil {
		return a.snapshot(ctx, height, emit)
	}
	return a.Ledger.(ledger.Snapshotter).Snapshot(ctx, height, emit)
}

func (a *altered) Usage(ctx context.Context) (ledger.Usage, error) {
	if a.usage != nil {
		return a.usage(ctx)
	}
	return a.Ledger.(ledger.Maintainer).Usage(ctx)
}

func (a *altered) Compact(ctx context.Context, progress func(float64)) error {
	return a.Ledger.(ledger.Maintainer).Compact(ctx, progress)
}

func (a *altered) IDs(height uint64) ([]chain.Hash, error) {
	return a.Ledger.(ledger.Snapshotter).IDs(height)
}

func (a *altered) Signers(height uint64) ([][]byte, error) {
	if a.signers != nil {
		return a.signers(height)
	}
	return a.Ledger.(ledger.SignerKeeper).Signers(height)
}

func (a *altered) Candidates(ctx context.Context, query ledger.EventQuery, from, to uint64, f func(uint64) bool) (uint64, error) {
	if a.candidates != nil {
		return a.candidates(ctx, query, from, to, f)
	}
	return a.Ledger.(ledger.EventIndexer).Candidates(ctx, query, from, to, f)
}

// alteredMemory is an altered ledger in memory.
type alteredMemory struct{ *altered }

func (a alteredMemory) Rewind(ctx context.Context, height uint64) error {
	if a.rewind != nil {
		return a.rewind(ctx, height)
	}
	return a.Ledger.(ledger.Rewinder).Rewind(ctx, height)
}

// alteredView is a view with single behaviours replaced.
type alteredView struct {
	ledger.View
	get  func(key chain.StateKey) ([]byte, error)
	scan func(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error
}

func (v *alteredView) Get(key chain.StateKey) ([]byte, error) {
	if v.get != nil {
		return v.get(key)
	}
	return v.View.Get(key)
}

func (v *alteredView) Scan(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
	if v.scan != nil {
		return v.scan(owner, space, from, f)
	}
	return v.View.Scan(owner, space, from, f)
}

// with returns the direction for the default module with a change to every ledger.
func with(change func(a *altered)) conformance.Direction {
	subject := sound()
	subject.Open = func(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
		l, err := module().Open(ctx, options)
		if err != nil {
			return nil, err
		}
		a := &altered{Ledger: l}
		change(a)
		if _, rewinds := l.(ledger.Rewinder); rewinds {
			return alteredMemory{a}, nil
		}
		return a, nil
	}
	return conformant.Direction(subject)
}

// withView returns the direction for the default module with a change to every view.
func withView(change func(a *altered, v *alteredView)) conformance.Direction {
	return with(func(a *altered) {
		a.openView = func(v ledger.View) *alteredView {
			changed := &alteredView{View: v}
			change(a, changed)
			return changed
		}
	})
}

// withRestore returns the direction for the default module with another way of
// restoring.
func withRestore(restore func(ctx context.Context, options ledger.Options, base *ledger.Base) error) conformance.Direction {
	subject := sound()
	subject.Restore = restore
	return conformant.Direction(subject)
}

// withOpen returns the direction for another way of opening.
func withOpen(open func(ctx context.Context, options ledger.Options) (ledger.Ledger, error)) conformance.Direction {
	subject := sound()
	subject.Open = open
	return conformant.Direction(subject)
}
