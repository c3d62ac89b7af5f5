package network

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// ErrUndecided says that too few validators are connected to decide anything now.
var ErrUndecided = errors.New("the network cannot decide now")

// errSilent says that nobody can be asked.
var errSilent = errors.New("no node of the network answers")

// reachTime bounds the wait until enough validators are connected: those that have just
// been started, or that a healed cut lets through again, need a moment.
const reachTime = 5 * time.Second

// deciding returns the administrator with a validator that reaches enough others for a
// decision. What changes the validators asks for it before it makes anything, because
// without a decision the change would be left half done.
func (p *Processes) deciding(ctx context.Context, suite crypto.Suite) (*Administrator, error) {
	a, err := p.administrator(ctx, suite)
	if errors.Is(err, errSilent) {
		return nil, undecided(errSilent.Error())
	}
	if err != nil {
		return nil, err
	}
	bounded, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	look := time.NewTicker(5 * lookPause)
	defer look.Stop()
	reason := "no validator answers"
	for {
		needed, running := uint64(0), uint64(0)
		for _, node := range p.Manifest.Nodes {
			if p.Running(node) == 0 {
				continue
			}
			running++
			client, quorum, why := p.reaches(bounded, node)
			if client != nil {
				a.client = client
				return a, nil
			}
			if why != "" && bounded.Err() == nil {
				reason = why
			}
			needed = max(needed, quorum)
		}
		if running < needed {
			return nil, undecided(reason) // no wait brings back who does not run
		}
		select {
		case <-look.C:
		case <-bounded.Done():
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return nil, undecided(reason)
		}
	}
}

func undecided(reason string) error {
	return fmt.Errorf("%w (%s): start who is missing, then repeat the command", ErrUndecided, reason)
}

// reaches returns a client of a running validator that reaches a quorum, or how many it
// needs and why it does not: no words when others know better.
func (p *Processes) reaches(ctx context.Context, node Node) (client *rpcclient.Client, quorum uint64, why string) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	client = rpcclient.New("http://" + node.RPC)
	var a answer
	if err := client.Call(ctx, &a, "cl_status"); err != nil {
		return nil, 0, node.Name + ": " + err.Error()
	}
	switch {
	case a.Halted != "":
		return nil, 0, node.Name + ": " + a.Halted
	case a.Role == "observer":
		return nil, 0, ""
	case number(a.Connected) >= number(a.Quorum):
		return client, number(a.Quorum), ""
	}
	_, reason := p.explain(&a)
	return nil, number(a.Quorum), node.Name + ": " + reason
}
