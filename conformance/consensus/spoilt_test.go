package consensus_test

import (
	"context"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/consensus"
	"github.com/credibleledger/credibleledger/conformance/consensus/reference"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// spoilt is the reference of which parts can be replaced.
type spoilt struct {
	reference.Module
	patience uint64
	host     func(host consensus.Host) consensus.Host
	log      func(log consensus.WAL) consensus.WAL
	stop     func(e consensus.Engine) error
	receive  func(e consensus.Engine, from chain.NodeID, message []byte) error
	verify   func(sound consensus.ProofVerifier, c claim) error
}

// several is the direction for the reference with alterations. The alteration is made anew
// for every module.
func several(alter func(s *spoilt)) conformance.Direction {
	return conformant.Direction(conformant.Subject{Patience: patience, Stepped: true, New: func() consensus.Module {
		s := &spoilt{Module: reference.Module{Fault: consensus.BFT}}
		alter(s)
		return s
	}})
}

func (s *spoilt) New(options consensus.Options) (consensus.Engine, error) {
	if s.patience > 0 {
		options.Patience = s.patience
	}
	sound, err := s.Module.New(options)
	return &spoiltEngine{sound, s}, err
}

func (s *spoilt) Verifier(verify consensus.VerifySignature) consensus.ProofVerifier {
	if s.verify == nil {
		return s.Module.Verifier(verify)
	}
	return alteredVerifier{s.Module.Verifier(verify), s.verify}
}

type spoiltEngine struct {
	consensus.Engine
	spoilt *spoilt
}

func (e *spoiltEngine) Start(ctx context.Context, host consensus.Host, boot consensus.Boot) error {
	if e.spoilt.host != nil {
		host = e.spoilt.host(host)
	}
	if e.spoilt.log != nil {
		boot.WAL = e.spoilt.log(boot.WAL)
	}
	return e.Engine.Start(ctx, host, boot)
}

func (e *spoiltEngine) Stop(ctx context.Context) error {
	if e.spoilt.stop != nil {
		return e.spoilt.stop(e.Engine)
	}
	return e.Engine.Stop(ctx)
}

func (e *spoiltEngine) Receive(from chain.NodeID, message []byte) error {
	if e.spoilt.receive != nil {
		return e.spoilt.receive(e.Engine, from, message)
	}
	return e.Engine.Receive(from, message)
}

// spoiltHost changes what an engine hears from its host and says to it; nil parts are the
// host's.
type spoiltHost struct {
	consensus.Host
	validate  func() error
	commit    func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error)
	fetch     func() error
	endorse   func(host consensus.Host, kind string, vote consensus.Vote) (consensus.Endorsement, error)
	broadcast func(host consensus.Host, message []byte)
	report    func()
}

func hosting(alter func(h *spoiltHost)) conformance.Direction {
	return several(func(s *spoilt) {
		s.host = func(host consensus.Host) consensus.Host {
			h := &spoiltHost{Host: host}
			alter(h)
			return h
		}
	})
}

func (h *spoiltHost) Validate(ctx context.Context, p consensus.Proposal) error {
	if h.validate != nil {
		return h.validate()
	}
	return h.Host.Validate(ctx, p)
}

func (h *spoiltHost) Commit(ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
	if h.commit != nil {
		return h.commit(h.Host, ctx, d)
	}
	return h.Host.Commit(ctx, d)
}

func (h *spoiltHost) Fetch(ctx context.Context, atLeast uint64) (consensus.Decision, *chain.ValidatorSet, error) {
	if h.fetch != nil {
		return consensus.Decision{}, nil, h.fetch()
	}
	return h.Host.Fetch(ctx, atLeast)
}

func (h *spoiltHost) Endorse(kind string, vote consensus.Vote) (consensus.Endorsement, error) {
	if h.endorse != nil {
		return h.endorse(h.Host, kind, vote)
	}
	return h.Host.Endorse(kind, vote)
}

func (h *spoiltHost) Broadcast(message []byte) {
	if h.broadcast != nil {
		h.broadcast(h.Host, message)
		return
	}
	h.Host.Broadcast(message)
}

func (h *spoiltHost) Report(e consensus.Evidence) {
	if h.report != nil {
		h.report()
		return
	}
	h.Host.Report(e)
}

// spoiltLog changes what an engine writes and reads.
type spoiltLog struct {
	consensus.WAL
	append func(log consensus.WAL, record []byte) error
}

func (l spoiltLog) Append(record []byte, _ bool) error { return l.append(l.WAL, record) }
