package consensus

import (
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// DefaultPatience is how long a rule waits for what must happen.
const DefaultPatience = 30 * time.Second

// Subject is a module to be judged.
type Subject struct {
	// New makes an independent value of the module.
	New func() consensus.Module
	// Patience bounds the wait for what an engine must do; only a broken one uses it up.
	// 0 means DefaultPatience.
	Patience time.Duration
	// Stepped says that an engine does all its work inside Start, Stop and functions of the
	// clock, and waits in none of them. Several nodes then run in one goroutine, without
	// real time, and a run replays exactly from its seed.
	Stepped bool
	// Quick plays one seed where a rule plays several: for runs that look for something
	// else than the rules, such as the race detector's.
	Quick bool
}

// Direction returns the rules with the version of the standard that they belong to.
func Direction(subject Subject) conformance.Direction {
	return conformance.Direction{Name: "consensus", Version: consensus.Version, Rules: Rules(subject)}
}

// Rules returns the rules for a module.
func Rules(subject Subject) []conformance.Rule {
	b := bench{subject}
	if b.Patience == 0 {
		b.Patience = DefaultPatience
	}
	return slices.Concat(b.identityRules(), b.orderRules(), b.paceRules(), b.faultRules(), b.stopRules(), b.proofRules(), b.mannerRules(),
		b.agreementRules(), b.progressRules(), b.recoveryRules(), b.decisionRules(), b.byzantineRules(), b.membershipRules())
}

// bench is what the rules are made from.
type bench struct{ Subject }

// seeds is how many seeds a rule plays that plays so many against an engine in real time.
func (b bench) seeds(usual uint64) uint64 {
	switch {
	case b.Stepped:
		return 20
	case b.Quick:
		return 1
	}
	return usual
}
