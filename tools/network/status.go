package network

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// NodeStatus is one node in the answer of `credible network status`.
type NodeStatus struct {
	Name   string `json:"name"`
	RPC    string `json:"rpc"`
	Height uint64 `json:"height"`
	Role   string `json:"role"`  // leader, validator, observer; empty when down
	State  string `json:"state"` // ready, starting, busy, behind, waiting, halted, down
	Why    string `json:"why"`   // empty when nothing is wrong
	PID    int    `json:"pid,omitempty"`
	Hash   string `json:"hash,omitempty"` // of the last decided block
}

// Status is the answer of `credible network status`.
type Status struct {
	Nodes []NodeStatus `json:"nodes"`
}

// Ready reports whether every node is.
func (s *Status) Ready() bool {
	for i := range s.Nodes {
		if s.Nodes[i].State != "ready" {
			return false
		}
	}
	return true
}

// answer is what a node says in cl_status.
type answer struct {
	Height     string `json:"height"`
	Tip        string `json:"tip"`
	TipHash    string `json:"tipHash"`
	Role       string `json:"role"`
	Quorum     string `json:"quorum"`
	Connected  string `json:"connected"`
	Behind     string `json:"behind"`
	Epoch      string `json:"epoch"`
	Validators int    `json:"validators"`
	Ready      bool   `json:"ready"`
	Halted     string `json:"halted"`
	Waiting    string `json:"waiting"`
	Peers      []struct {
		ID        chain.NodeID `json:"id"`
		Address   string       `json:"address"`
		Connected bool         `json:"connected"`
		Failure   string       `json:"failure"`
	} `json:"peers"`
}

// answerTime bounds the wait for one node's answer.
const answerTime = 3 * time.Second

// Status asks every node how it is.
func (p *Processes) Status(ctx context.Context) *Status {
	status := &Status{Nodes: make([]NodeStatus, len(p.Manifest.Nodes))}
	var asking sync.WaitGroup
	for i, node := range p.Manifest.Nodes {
		asking.Go(func() { status.Nodes[i] = p.ask(ctx, node) })
	}
	asking.Wait()
	return status
}

func (p *Processes) ask(ctx context.Context, node Node) NodeStatus {
	s := NodeStatus{Name: node.Name, RPC: "http://" + node.RPC, State: "down", PID: p.Running(node)}
	if s.PID == 0 {
		s.Why = "it does not run"
		if line := p.LastLine(node); line != "" && !strings.HasPrefix(line, "ready ") {
			s.Why += "; its log ends: " + line
		}
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var a answer
	if err := rpcclient.New(s.RPC).Call(ctx, &a, "cl_status"); err != nil {
		s.State, s.Why = unanswered(err)
		return s
	}
	s.Height, s.Role, s.Hash = number(a.Height), a.Role, a.TipHash
	s.State, s.Why = p.explain(&a)
	return s
}

// unanswered says what state a running node is in that does not tell it.
func unanswered(err error) (state, why string) {
	var refusal *rpcclient.Error
	if errors.As(err, &refusal) && refusal.Code == jsonrpc.LimitExceeded {
		return "busy", refusal.Message
	}
	return "starting", err.Error()
}

// explain says in words why a node makes no progress.
func (p *Processes) explain(a *answer) (state, why string) {
	switch {
	case a.Halted != "":
		return "halted", a.Halted
	case a.Role != "observer" && number(a.Connected) < number(a.Quorum):
		return "waiting", a.Waiting + p.unreachable(a)
	case number(a.Behind) > 0 && !a.Ready:
		return "behind", fmt.Sprintf("%d blocks behind", number(a.Behind))
	case !a.Ready && a.Waiting != "":
		return "waiting", a.Waiting
	case !a.Ready:
		return "starting", ""
	case a.Role == "observer":
		return "ready", ""
	}
	return "ready", a.Waiting
}

// unreachable lists the peers that are not connected, with the reason.
func (p *Processes) unreachable(a *answer) string {
	var list []string
	for i := range a.Peers {
		peer := &a.Peers[i]
		if peer.Connected {
			continue
		}
		name := peer.ID.String()[:10]
		for _, node := range p.Manifest.Nodes {
			if node.ID == peer.ID {
				name = node.Name
			}
		}
		list = append(list, strings.TrimSpace(name+" "+peer.Address+" "+peer.Failure))
	}
	if len(list) == 0 {
		return ""
	}
	return ": " + strings.Join(list, ", ")
}

func number(quantity string) uint64 {
	v, err := strconv.ParseUint(strings.TrimPrefix(quantity, "0x"), 16, 64)
	if err != nil {
		return 0
	}
	return v
}

// AwaitReady waits until nodes are ready; progress gets how many are. The nodes must have
// been started: one whose process is gone ends the wait with what its log says.
func (p *Processes) AwaitReady(ctx context.Context, nodes []Node, progress func(ready, all int)) (*Status, error) {
	var last *Status
	err := p.await(ctx, func(status *Status) (bool, error) {
		last = status
		ready := 0
		var gone error
		for i := range status.Nodes {
			s := &status.Nodes[i]
			if !slices.ContainsFunc(nodes, func(n Node) bool { return n.Name == s.Name }) {
				continue
			}
			switch {
			case s.State == "ready":
				ready++
			case s.PID == 0:
				gone = errors.Join(gone, ended(s))
			}
		}
		progress(ready, len(nodes))
		if gone != nil {
			return false, gone
		}
		return ready == len(nodes), nil
	})
	return last, err
}

// await asks all nodes again and again until holds, or until it fails.
func (p *Processes) await(ctx context.Context, holds func(*Status) (bool, error)) error {
	look := time.NewTicker(5 * lookPause)
	defer look.Stop()
	for {
		if done, err := holds(p.Status(ctx)); done || err != nil {
			return err
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
