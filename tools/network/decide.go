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
		for _, node := range p.Manifest.Nodes {
			client, why := p.reaches(bounded, node)
			if client != nil {
				a.client = client
				return a, nil
			}
			if why != "" && bounded.Err() == nil {
				reason = why
			}
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

// reaches returns a client of a validator that reaches a quorum, or why it is none: no
// words when others know better.
func (p *Processes) reaches(ctx context.Context, node Node) (client *rpcclient.Client, why string) {
	if p.Running(node) == 0 {
		return nil, ""
	}
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	client = rpcclient.New("http://" + node.RPC)
	var a answer
	if err := client.Call(ctx, &a, "cl_status"); err != nil {
		return nil, node.Name + ": " + err.Error()
	}
	switch {
	case a.Halted != "":
		return nil, node.Name + ": " + a.Halted
	case a.Role == "observer":
		return nil, ""
	case number(a.Connected) >= number(a.Quorum):
		return client, ""
	}
	_, reason := p.explain(&a)
	return nil, node.Name + ": " + reason
}
