package network

import (
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// DefaultPatience is how long a rule waits for what must happen.
const DefaultPatience = 30 * time.Second

// Subject is a pair of modules to be judged.
type Subject struct {
	// Channels and Mesh are the modules.
	Channels network.ChannelModule
	Mesh     network.Module
	// Listen is an address of the channel's form at which any number of nodes can
	// listen, such as "127.0.0.1:0".
	Listen string
	// Patience bounds the wait for what must happen; only a broken module uses it up.
	// 0 means DefaultPatience.
	Patience time.Duration
}

// Direction returns the rules with the version of the standard that they belong to.
func Direction(subject Subject) conformance.Direction {
	return conformance.Direction{Name: "network", Version: network.Version, Rules: Rules(subject)}
}

// Rules returns the rules for a pair of modules.
func Rules(subject Subject) []conformance.Rule {
	b := bench{subject}
	if b.Patience == 0 {
		b.Patience = DefaultPatience
	}
	return slices.Concat(b.channelRules(), b.deliveryRules(), b.identityRules(), b.peerRules(),
		b.pressureRules(), b.hostileRules(), b.lossRules(), b.lifeRules(), b.statusRules())
}

// bench is what the rules are made from.
type bench struct{ Subject }
