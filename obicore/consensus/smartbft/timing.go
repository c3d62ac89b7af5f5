package smartbft

import (
	"time"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"
)

// Times of the protocol at the default patience. A node waits forward and complain
// – together the patience – before it asks for another leader.
const (
	defaultPatience = 1500 * time.Millisecond
	tick            = 20 * time.Millisecond
	never           = 10 * 365 * 24 * time.Hour
	maxOption       = 24 * 60 * 60 * 1000
	inboxOfUpstream = 2000
)

// timing is what a patience comes to.
type timing struct {
	forward   time.Duration // quiet time before the leader is asked for a block
	relay     time.Duration // the same inside the engine, after the adapter's
	complain  time.Duration // from asking to complaining
	heartbeat time.Duration // silence of a leader before a complaint
	change    time.Duration // of one view change
	resend    time.Duration // of view change messages, and of undecided messages
	collect   time.Duration // for the views of others after a sync
	hold      time.Duration // longest stay in the view gate
	ahead     time.Duration // the same of what is for a height that comes soon
	again     time.Duration // between two deliveries of an undecided message
	missing   time.Duration // silence after which a validator counts as missing
}

func timingOf(patience time.Duration) timing {
	if patience == 0 {
		patience = defaultPatience
	}
	unit := max(patience/15, time.Millisecond) // 100 ms by default
	return timing{
		forward: 5 * unit, relay: unit / 5, complain: 10 * unit, heartbeat: 20 * unit, change: 20 * unit,
		resend: 4 * unit, collect: 3 * unit, hold: 5 * unit, ahead: 2 * unit, again: unit, missing: 30 * unit,
	}
}

// origin is a moment on the chain's clock and in the process's time. SmartBFT takes the
// process's for the time of its last tick before it has had one: a change of view that it
// starts then would end, and be asked for again, only when the ticks have come as far.
type origin struct{ chain, process time.Time }

// of is a time of the chain's clock in the process's.
func (o origin) of(now time.Time) time.Time { return o.process.Add(now.Sub(o.chain)) }

// configuration is what the engine runs with. Leaders do not rotate: the header's
// consensus meta then carries no list of nodes, and votes no auxiliary data.
func (t timing) configuration(self uint64) types.Configuration {
	return types.Configuration{
		SelfID:                        self,
		RequestBatchMaxCount:          1,
		RequestBatchMaxBytes:          1 << 20,
		RequestBatchMaxInterval:       t.heartbeat,
		IncomingMessageBufferSize:     inboxOfUpstream,
		RequestPoolSize:               64,
		RequestForwardTimeout:         max(t.relay, time.Millisecond),
		RequestComplainTimeout:        t.complain,
		RequestAutoRemoveTimeout:      never, // a removed request can never come back
		ViewChangeResendInterval:      t.resend,
		ViewChangeTimeout:             t.change,
		LeaderHeartbeatTimeout:        t.heartbeat,
		LeaderHeartbeatCount:          10,
		NumOfTicksBehindBeforeSyncing: uint64(t.forward/tick) + 1,
		CollectTimeout:                t.collect,
		RequestMaxBytes:               1 << 10,
		RequestPoolSubmitTimeout:      t.complain,
	}
}
