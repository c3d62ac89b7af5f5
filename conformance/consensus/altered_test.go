package consensus_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/consensus"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
)

// altered is a module of which parts can be replaced; a nil part is that of solo.
type altered struct {
	solo.Module
	options      func(options consensus.Options) consensus.Options
	capabilities func(states *consensus.Capabilities)
	start        func(e *engine, ctx context.Context, host consensus.Host, boot consensus.Boot) error
	stop         func(e *engine, ctx context.Context) error
	receive      func(message []byte) error
	notify       func(e *engine)
	syncedTo     func(e *engine, tip consensus.Decision) error
	status       func(status *consensus.Status)
	host         func(host consensus.Host) consensus.Host
	boot         func(boot *consensus.Boot)
	verify       func(sound consensus.ProofVerifier, c claim) error
}

// patience is short, because a broken engine uses it up.
const patience = 500 * time.Millisecond

func direction(alter func(a *altered)) conformance.Direction {
	return conformant.Direction(conformant.Subject{Patience: patience, New: func() consensus.Module {
		a := &altered{}
		alter(a)
		return a
	}})
}

func (a *altered) New(options consensus.Options) (consensus.Engine, error) {
	if a.options != nil {
		options = a.options(options)
	}
	sound, err := a.Module.New(options)
	return &engine{Engine: sound, altered: a}, err
}

// engine is solo with the alterations around it.
type engine struct {
	consensus.Engine
	altered *altered
	host    consensus.Host
}

func (e *engine) Capabilities() consensus.Capabilities {
	states := e.Engine.Capabilities()
	if e.altered.capabilities != nil {
		e.altered.capabilities(&states)
	}
	return states
}

func (e *engine) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	if e.altered.host != nil {
		host = e.altered.host(host)
	}
	if e.altered.boot != nil {
		e.altered.boot(&boot)
	}
	e.host = host
	if e.altered.start != nil {
		return e.altered.start(e, ctx, host, boot)
	}
	return e.Engine.Start(ctx, host, boot)
}

func (e *engine) Stop(ctx context.Context) error {
	if e.altered.stop != nil {
		return e.altered.stop(e, ctx)
	}
	return e.Engine.Stop(ctx)
}

func (e *engine) Receive(from chain.NodeID, message []byte) error {
	if e.altered.receive != nil {
		return e.altered.receive(message)
	}
	return e.Engine.Receive(from, message)
}

func (e *engine) Notify() {
	if e.altered.notify != nil {
		e.altered.notify(e)
		return
	}
	e.Engine.Notify()
}

func (e *engine) SyncedTo(ctx context.Context, tip consensus.Decision) error {
	if e.altered.syncedTo != nil {
		return e.altered.syncedTo(e, tip)
	}
	return e.Engine.SyncedTo(ctx, tip)
}

func (e *engine) Status() consensus.Status {
	status := e.Engine.Status()
	if e.altered.status != nil {
		e.altered.status(&status)
	}
	return status
}

// force makes a block of its own, and starts from it.
func (e *engine) force(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	p, err := host.Propose(ctx, boot.Tip, nil, true)
	if err != nil {
		return err
	}
	boot.Tip = consensus.Decision{Proposal: p}
	if _, err := host.Commit(ctx, boot.Tip); err != nil {
		return err
	}
	return e.Engine.Start(ctx, host, boot)
}

// claim is what a verifier is asked about.
type claim struct {
	identity chain.Hash
	set      *chain.ValidatorSet
	header   *chain.Header
	hash     chain.Hash
	proof    chain.Proof
}

func (c claim) ask(v consensus.ProofVerifier) error {
	return v.Verify(c.identity, c.set, c.header, c.hash, c.proof)
}

type alteredVerifier struct {
	consensus.ProofVerifier
	verify func(sound consensus.ProofVerifier, c claim) error
}

func (v alteredVerifier) Verify(identity chain.Hash, set *chain.ValidatorSet, header *chain.Header, hash chain.Hash, proof chain.Proof) error {
	return v.verify(v.ProofVerifier, claim{identity, set, header, hash, proof})
}

func (a *altered) Verifier(verify consensus.VerifySignature) consensus.ProofVerifier {
	sound := a.Module.Verifier(verify)
	if a.verify == nil {
		return sound
	}
	return alteredVerifier{sound, a.verify}
}

// alteredHost changes what the engine hears from its host and says to it.
type alteredHost struct {
	consensus.Host
	commit func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error)
}

func (h alteredHost) Commit(ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
	return h.commit(h.Host, ctx, d)
}

func committing(commit func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error)) conformance.Direction {
	return direction(func(a *altered) {
		a.host = func(host consensus.Host) consensus.Host { return alteredHost{host, commit} }
	})
}

func verifying(verify func(sound consensus.ProofVerifier, c claim) error) conformance.Direction {
	return direction(func(a *altered) { a.verify = verify })
}

// sha is the hash of the rules' chains.
type sha struct{}

func (sha) Sum(parts ...[]byte) chain.Hash { return sha256.Sum256(bytes.Join(parts, nil)) }
