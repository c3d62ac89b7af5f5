package consensus_test

import (
	"context"
	"maps"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Each of these modules breaks the rule that it is named for.

func TestEveryRuleCanFail(t *testing.T) {
	broken := map[string]conformance.Direction{}
	for _, group := range []map[string]conformance.Direction{brokenOrder(), brokenPace(), brokenStops(), brokenProofs(), brokenManners()} {
		maps.Copy(broken, group)
	}
	sound := direction(func(*altered) {})
	alone := sound
	alone.Rules = nil
	for _, rule := range sound.Rules {
		if single[rule.Name] {
			alone.Rules = append(alone.Rules, rule)
		}
	}
	conformance.Refute(t, alone, broken)
}

// single are the rules that are shown with one node; the others are refuted with the
// reference.
var single = map[string]bool{
	"capabilities-are-stated": true, "commits-what-was-proposed": true, "heights-in-order": true, "status-shows-the-tip": true,
	"synced-to-moves-the-tip": true, "next-set-takes-effect": true, "no-block-for-nothing": true, "interval-keeps-time": true,
	"failed-commit-does-not-advance": true, "failed-propose-shows-in-status": true, "nothing-to-propose-is-no-fault": true,
	"stop-returns": true, "silent-after-stop": true, "restart-continues": true, "proof-verifies": true,
	"altered-proof-refused": true, "altered-header-refused": true, "foreign-chain-refused": true, "foreign-set-refused": true,
	"garbage-is-refused": true, "notify-does-not-wait": true,
}

func TestAnEngineForSeveralNodesIsNotJudgedAlone(t *testing.T) {
	report := conformance.Execute(t.Context(), direction(func(a *altered) {
		a.capabilities = func(states *consensus.Capabilities) { states.MinNodes = 4 }
	}), "several")
	if report.Count(conformance.Failed) != 0 || report.Count(conformance.NotApplicable) == 0 {
		t.Errorf("%d rules failed and %d do not apply", report.Count(conformance.Failed), report.Count(conformance.NotApplicable))
	}
}

func brokenOrder() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"capabilities-are-stated": direction(func(a *altered) {
			a.capabilities = func(states *consensus.Capabilities) { states.Name = "another" }
		}),
		// The engine writes into the body.
		"commits-what-was-proposed": committing(func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
			d.Proposal.Body = append(d.Proposal.Body, " and a reward for the proposer"...)
			return host.Commit(ctx, d)
		}),
		// It commits again when it is not sure.
		"heights-in-order": committing(func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
			next, err := host.Commit(ctx, d)
			if d.Proposal.Height%10 == 0 {
				_, _ = host.Commit(ctx, d)
			}
			return next, err
		}),
		"status-shows-the-tip":    direction(func(a *altered) { a.status = func(status *consensus.Status) { status.Height++ } }),
		"synced-to-moves-the-tip": direction(func(a *altered) { a.syncedTo = func(*engine, consensus.Decision) error { return nil } }),
		// The set that decides is always that of the start.
		"next-set-takes-effect": committing(func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
			_, err := host.Commit(ctx, d)
			return nil, err
		}),
	}
}

func brokenPace() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// A first block is made to show that the engine works.
		"no-block-for-nothing": direction(func(a *altered) { a.start = (*engine).force }),
		// The first block does not wait for the interval.
		"interval-keeps-time": direction(func(a *altered) { a.start = (*engine).force }),
		// An error of Commit is only logged.
		"failed-commit-does-not-advance": committing(func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
			next, _ := host.Commit(ctx, d)
			return next, nil
		}),
		"failed-propose-shows-in-status": direction(func(a *altered) { a.status = func(status *consensus.Status) { status.Waiting = "" } }),
		"nothing-to-propose-is-no-fault": direction(func(a *altered) {
			a.status = func(status *consensus.Status) { status.Waiting = consensus.ErrNothing.Error() }
		}),
	}
}

func brokenStops() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Only an engine that has started can be stopped.
		"stop-returns": direction(func(a *altered) {
			a.stop = func(e *engine, ctx context.Context) error {
				if e.host == nil {
					return consensus.ErrStopped
				}
				return e.Engine.Stop(ctx)
			}
		}),
		// It does not wait for its own goroutine.
		"silent-after-stop": direction(func(a *altered) {
			a.stop = func(e *engine, ctx context.Context) error {
				go func() { _ = e.Engine.Stop(ctx) }()
				return nil
			}
		}),
		// It begins with the genesis block, whatever the tip.
		"restart-continues": direction(func(a *altered) {
			a.boot = func(boot *consensus.Boot) { boot.Tip = consensus.Decision{} }
		}),
	}
}

func brokenProofs() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"proof-verifies": verifying(func(_ consensus.ProofVerifier, c claim) error { return consensus.ErrProof }),
		// What follows the signature is ignored.
		"altered-proof-refused": verifying(func(sound consensus.ProofVerifier, c claim) error {
			c.proof.Bytes = c.proof.Bytes[:min(64, len(c.proof.Bytes))]
			return c.ask(sound)
		}),
		// Votes are for headers without their gas limit.
		"altered-header-refused": direction(func(a *altered) {
			a.verify = func(sound consensus.ProofVerifier, c claim) error {
				header := *c.header
				header.GasLimit = 1 // a field that "does not matter"
				c.header, c.hash = &header, header.Hash(sha{})
				return c.ask(sound)
			}
		}),
		// The chain is taken from the header.
		"foreign-chain-refused": verifying(func(sound consensus.ProofVerifier, c claim) error {
			c.identity = chain.Hash{0xc0, 0x15, 1}
			return c.ask(sound)
		}),
		// The epoch is taken from the proof.
		"foreign-set-refused": verifying(func(sound consensus.ProofVerifier, c claim) error {
			set := *c.set
			set.Epoch = c.proof.Epoch
			c.set = &set
			return c.ask(sound)
		}),
	}
}

func brokenManners() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"garbage-is-refused": direction(func(a *altered) {
			a.receive = func(message []byte) error {
				if len(message) == 0 {
					return nil
				}
				return consensus.ErrMessage
			}
		}),
		// Notify hands over to a goroutine that is busy.
		"notify-does-not-wait": direction(func(a *altered) {
			wakes := make(chan struct{}, 64)
			a.notify = func(e *engine) {
				e.Engine.Notify()
				wakes <- struct{}{}
			}
		}),
	}
}
