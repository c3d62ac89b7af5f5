package consensus_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/conformance/consensus/reference"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// Each of these modules breaks the rule for several nodes that it is named for.

func TestEveryRuleForSeveralNodesCanFail(t *testing.T) {
	broken := map[string]conformance.Direction{}
	for _, group := range []map[string]conformance.Direction{
		brokenAgreement(), brokenProgress(), brokenRecovery(), brokenDecisions(), brokenByzantine(), brokenMembership(),
	} {
		maps.Copy(broken, group)
	}
	sound := several(func(*spoilt) {})
	only := sound
	only.Rules = nil
	for _, rule := range sound.Rules {
		if _, alone := single[rule.Name]; !alone {
			only.Rules = append(only.Rules, rule)
		}
	}
	conformance.Refute(t, only, broken)
}

// flawed is the reference with a fault; its verifier has the same where that matters.
func flawed(flaw reference.Flaw, trusting bool) conformance.Direction {
	return several(func(s *spoilt) {
		s.Flaw = flaw
		if trusting {
			s.verify = func(consensus.ProofVerifier, claim) error { return nil }
		}
	})
}

func brokenAgreement() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"nodes-agree": flawed(reference.SmallVote, true),
		// What others propose is not shown to the host.
		"nodes-commit-what-hosts-validate": hosting(func(h *spoiltHost) { h.validate = func() error { return nil } }),
		// Every third decision is lost on its way to the host.
		"nodes-commit-in-order": hosting(func(h *spoiltHost) {
			h.commit = func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
				if d.Proposal.Height%3 == 0 {
					return nil, nil
				}
				return host.Commit(ctx, d)
			}
		}),
	}
}

func brokenProgress() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// It waits for its leader for an hour.
		"leader-cut-off-is-replaced": several(func(s *spoilt) { s.patience = 3_600_000 }),
		"minority-partition-heals":   flawed(reference.Unanimous, false),
		// It gives up when nothing is decided for a while.
		"majority-partition-heals": hosting(func(h *spoiltHost) {
			left := 40
			h.broadcast = func(host consensus.Host, message []byte) {
				if left--; left > 0 {
					host.Broadcast(message)
				}
			}
			h.commit = func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
				left = 40
				return host.Commit(ctx, d)
			}
		}),
		"no-quorum-no-progress":  flawed(reference.SmallVote, true),
		"slow-node-holds-nobody": flawed(reference.Unanimous, false),
		// A round is over before a vote is written.
		"slow-log-works": several(func(s *spoilt) { s.patience = 8 }),
		// A write that takes no time is taken for one that has failed.
		"instant-log-works": several(func(s *spoilt) {
			s.log = func(log consensus.WAL) consensus.WAL {
				return spoiltLog{log, func(consensus.WAL, []byte) error { return errDisk }}
			}
		}),
	}
}

var errDisk = errors.New("the disk has not written")

func brokenRecovery() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Records are left to the disk's pleasure.
		"crash-at-every-record": several(func(s *spoilt) {
			s.log = func(log consensus.WAL) consensus.WAL {
				return spoiltLog{log, func(log consensus.WAL, record []byte) error { return log.Append(record, false) }}
			}
		}),
		// A vote that is refused is the end of the node.
		"old-log-does-no-harm": hosting(func(h *spoiltHost) {
			h.endorse = func(host consensus.Host, kind string, vote consensus.Vote) (consensus.Endorsement, error) {
				e, err := host.Endorse(kind, vote)
				if err != nil {
					host.Halt(err)
				}
				return e, err
			}
		}),
		"lagging-node-catches-up": hosting(func(h *spoiltHost) { h.fetch = func() error { return errDisk } }),
		// Stop only says that it has stopped.
		"stopped-node-is-silent": several(func(s *spoilt) { s.stop = func(consensus.Engine) error { return nil } }),
	}
}

func brokenDecisions() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// Only proofs of the first round are understood.
		"decisions-convince-others": several(func(s *spoilt) {
			s.verify = func(consensus.ProofVerifier, claim) error { return consensus.ErrProof }
		}),
		// The epoch is taken from the proof.
		"decisions-prove-nothing-else": several(func(s *spoilt) {
			s.verify = func(sound consensus.ProofVerifier, c claim) error {
				set := *c.set
				set.Epoch = c.proof.Epoch
				c.set = &set
				return c.ask(sound)
			}
		}),
	}
}

func brokenByzantine() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		"twins-never-fork": flawed(reference.SmallVote, true),
		"nodes-vote-once":  flawed(reference.VotesAgain, false),
		// What a leader proposes is good.
		"bad-proposal-is-not-decided": hosting(func(h *spoiltHost) { h.validate = func() error { return nil } }),
		// A message that cannot be read is the end.
		"garbage-does-no-harm": several(func(s *spoilt) {
			s.receive = func(e consensus.Engine, from chain.NodeID, message []byte) error {
				err := e.Receive(from, message)
				if errors.Is(err, consensus.ErrMessage) {
					_ = e.Stop(context.Background())
				}
				return err
			}
		}),
		// Who says something twice is not listened to any more.
		"replay-does-no-harm": several(func(s *spoilt) {
			seen, deaf := make(map[string]int), make(map[chain.NodeID]bool)
			s.receive = func(e consensus.Engine, from chain.NodeID, message []byte) error {
				if seen[string(message)]++; seen[string(message)] > 3 {
					deaf[from] = true
				}
				if deaf[from] {
					return consensus.ErrMessage
				}
				return e.Receive(from, message)
			}
		}),
		"double-vote-is-reported": hosting(func(h *spoiltHost) { h.report = func() {} }),
	}
}

// adopting keeps changes of the validators from the engine unless they are of a kind.
func adopting(wanted func(before, after int) bool) conformance.Direction {
	return hosting(func(h *spoiltHost) {
		members := 0
		h.commit = func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
			next, err := host.Commit(ctx, d)
			if next == nil {
				return next, err
			}
			before := members
			if members = len(next.Members); before > 0 && !wanted(before, members) {
				return nil, err
			}
			return next, err
		}
	})
}

func brokenMembership() map[string]conformance.Direction {
	return map[string]conformance.Direction{
		// The set that decides is that of the start.
		"member-is-added": hosting(func(h *spoiltHost) {
			h.commit = func(host consensus.Host, ctx context.Context, d consensus.Decision) (*chain.ValidatorSet, error) {
				_, err := host.Commit(ctx, d)
				return nil, err
			}
		}),
		// Validators are added, and never removed.
		"member-is-removed": adopting(func(before, after int) bool { return after > before }),
		// A set with the same members is no other set.
		"keys-are-rotated": adopting(func(before, after int) bool { return after != before }),
	}
}
