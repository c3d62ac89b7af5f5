package consensus_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/consensus"
	"github.com/credibleledger/credibleledger/conformance/consensus/reference"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func TestTheReferenceKeepsTheStandard(t *testing.T) {
	for _, fault := range []consensus.Fault{consensus.CFT, consensus.BFT} {
		t.Run(fault.String(), func(t *testing.T) {
			t.Parallel()
			conformance.Test(t, conformant.Direction(conformant.Subject{
				Stepped: true, New: func() consensus.Module { return reference.Module{Fault: fault} },
			}))
		})
	}
}

// With goroutines the harness does not know when an engine is at rest; a few rules show that it
// copes.
func TestTheReferenceKeepsTheStandardOnGoroutines(t *testing.T) {
	direction := conformant.Direction(conformant.Subject{New: func() consensus.Module { return reference.Module{Fault: consensus.BFT} }})
	for _, name := range []string{"nodes-agree", "leader-cut-off-is-replaced", "lagging-node-catches-up", "stopped-node-is-silent", "keys-are-rotated"} {
		rule, ok := direction.Rule(name)
		if !ok {
			t.Fatalf("there is no rule %q", name)
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule.Check(t)
		})
	}
}

func TestRulesThatDoNotApplySaySo(t *testing.T) {
	report := conformance.Execute(t.Context(), direction(func(*altered) {}), "solo")
	for _, result := range report.Results {
		want := conformance.NotApplicable
		if single[result.Rule] {
			want = conformance.Passed
		}
		if result.Outcome != want {
			t.Errorf("%s: %s for an engine of one node, want %s: %v", result.Rule, result.Outcome, want, result.Reasons)
		}
	}
	crash := conformant.Direction(conformant.Subject{Stepped: true, New: func() consensus.Module { return reference.Module{Fault: consensus.CFT} }})
	crash.Rules = crash.Rules[len(single):]
	apart := map[string]bool{"old-log-does-no-harm": true, "twins-never-fork": true, "nodes-vote-once": true, "bad-proposal-is-not-decided": true,
		"garbage-does-no-harm": true, "replay-does-no-harm": true, "double-vote-is-reported": true}
	for _, result := range conformance.Execute(t.Context(), crash, "reference").Results {
		if (result.Outcome == conformance.NotApplicable) != apart[result.Rule] {
			t.Errorf("%s: %s for an engine that survives crashes", result.Rule, result.Outcome)
		}
	}
}
