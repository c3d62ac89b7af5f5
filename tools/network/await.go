package network

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrStands says that a node that is waited for makes no progress.
var ErrStands = errors.New("no progress")

// patience is how long a node that is waited for may make no progress.
func (p *Processes) patience() time.Duration {
	if p.Patience > 0 {
		return p.Patience
	}
	return effectTime
}

// progress is how far a node that is waited for has come. It may take hours in all.
type progress struct {
	height uint64
	doing  string // what it says while its chain is not open: parts of a snapshot, such as
	moved  time.Time
}

// moves reports whether a node has moved within the patience.
func (g *progress) moves(s *NodeStatus, patience time.Duration) bool {
	doing := ""
	if s.State == "starting" {
		doing = s.Why
	}
	if g.moved.IsZero() || s.Height > g.height || doing != "" && doing != g.doing {
		g.height, g.doing, g.moved = max(g.height, s.Height), doing, time.Now()
	}
	return time.Since(g.moved) < patience
}

// awaitNode waits until a node is ready, as long as it makes progress: its height rises,
// or what it says of its start changes.
func (p *Processes) awaitNode(ctx context.Context, node Node) error {
	var come progress
	return p.await(ctx, func(s *Status) (bool, error) {
		now := s.of(node)
		switch {
		case now.State == "ready":
			return true, nil
		case now.PID == 0:
			return false, ended(now)
		case !come.moves(now, p.patience()):
			return false, fmt.Errorf("%w of %s for %s: %s at height %d: %s", ErrStands, node.Name, p.patience(), now.State, now.Height, now.Why)
		}
		return false, nil
	})
}

// awaitMember waits until a node is ready as a validator: it learns that it is one
// later than the others, and knows nothing of the leader before.
func (p *Processes) awaitMember(ctx context.Context, node Node) error {
	bounded, cancel := context.WithTimeout(ctx, effectTime)
	defer cancel()
	var last *NodeStatus
	err := p.await(bounded, func(s *Status) (bool, error) {
		last = s.of(node)
		if last.PID == 0 {
			return false, ended(last)
		}
		return last.State == "ready" && last.Role != "observer", nil
	})
	if err != nil && errors.Is(bounded.Err(), context.DeadlineExceeded) && last != nil {
		return fmt.Errorf("%s is a validator and not ready as one after %s: %s %s", node.Name, effectTime, last.State, last.Why)
	}
	return err
}

// of returns the status of a node.
func (s *Status) of(node Node) *NodeStatus {
	if i := slices.IndexFunc(s.Nodes, func(n NodeStatus) bool { return n.Name == node.Name }); i >= 0 {
		return &s.Nodes[i]
	}
	return &NodeStatus{Name: node.Name, State: "down", Why: "it is not in the network"}
}

// ErrEnded says that the process of a node that is waited for is gone.
var ErrEnded = errors.New("has ended")

func ended(s *NodeStatus) error { return fmt.Errorf("%s %w: %s", s.Name, ErrEnded, s.Why) }
