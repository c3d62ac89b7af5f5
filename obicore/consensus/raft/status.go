package raft

import (
	"fmt"
	"strings"
	"time"

	etcd "go.etcd.io/raft/v3"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// publish shows the state to others.
func (e *engine) publish() {
	status := consensus.Status{Height: e.tip.Proposal.Height, Waiting: e.waiting()}
	if g := e.group; g != nil {
		status.View = g.term()
		status.Leader = e.members.byNum[g.leader()]
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.status = status
}

// publishPeers says whose messages are taken.
func (e *engine) publishPeers() {
	peers := make(map[chain.NodeID]bool)
	for id := range e.members.byID {
		peers[id] = id != e.self
	}
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.peers = peers
}

// waiting says why no block is made.
func (e *engine) waiting() string {
	switch {
	case e.trouble != "":
		return e.trouble
	case e.group == nil:
		return "this node is not among the validators that decide the next block"
	case e.group.leader() == etcd.None:
		return e.absent()
	}
	return ""
}

// absent says who is missing for a leader to be chosen.
func (e *engine) absent() string {
	now, present, missing := e.clock.Now(), 1, []string(nil)
	for i := range e.members.set.Members {
		id := e.members.set.Members[i].ID
		if id == e.self {
			continue
		}
		s, heard := e.heard[id]
		switch since := now.Sub(s.at); {
		case !heard:
			missing = append(missing, fmt.Sprintf("%s not heard yet", id))
		case since > 4*e.timing.patience:
			missing = append(missing, fmt.Sprintf("%s not heard for %s", id, since.Round(time.Second)))
		default:
			present++
		}
	}
	if more := e.members.missing(present); more > 0 {
		return fmt.Sprintf("no leader: waiting for %d more of %d validators; %s", more, len(e.members.numbers), strings.Join(missing, ", "))
	}
	return "no leader: an election is under way"
}
