package network

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// Recover goes on with some of the validators of a local network after so many are
// lost for ever that the others cannot decide. It is refused while they can.
func (p *Processes) Recover(ctx context.Context, registry *kernel.Registry, keep []Node, reason string) (*chain.Recovery, error) {
	for _, node := range keep {
		if err := p.Start(node); err != nil {
			return nil, err
		}
	}
	height, hash, err := p.agree(ctx, keep)
	if err != nil {
		return nil, err
	}
	before, err := validatorsAt(ctx, rpcclient.New("http://"+keep[0].RPC), height+1)
	if err != nil {
		return nil, err
	}
	ids := make([]chain.NodeID, len(keep))
	for i, node := range keep {
		ids[i] = node.ID
	}
	genesis, suite, err := readGenesis(registry, p.Home(keep[0]))
	if err != nil {
		return nil, err
	}
	identity, err := genesis.Identity(suite)
	if err != nil {
		return nil, err
	}
	at := &Standing{Suite: suite, Identity: identity, Height: height, Hash: hash, Validators: before}
	draft, err := DraftRecovery(at, ids, reason)
	if err != nil {
		return nil, err
	}
	for _, node := range keep {
		if err := p.Stop(ctx, node); err != nil {
			return nil, err
		}
	}
	approvals := make([]*RecoveryApproval, len(keep))
	for i, node := range keep {
		at.Home = p.Home(node)
		if approvals[i], err = at.sign(registry, draft); err != nil {
			return nil, err
		}
	}
	var r *chain.Recovery
	for _, node := range keep {
		at.Home, at.Data = p.Home(node), filepath.Join(p.Home(node), DataFolder)
		if r, err = at.Adopt(draft, approvals); err != nil {
			return nil, err
		}
		if err := p.Start(node); err != nil {
			return nil, err
		}
	}
	for _, node := range keep {
		if err := p.awaitNode(ctx, node); err != nil {
			return nil, fmt.Errorf("%s is not ready after the recovery: %w", node.Name, err)
		}
	}
	return r, p.awaitExecuted(ctx, keep, r.Height+1)
}

// awaitExecuted waits until nodes have executed the first block after a recovery. Before,
// their state still holds the old set, and a change of it would be refused by the new one.
func (p *Processes) awaitExecuted(ctx context.Context, nodes []Node, height uint64) error {
	ctx, cancel := context.WithTimeout(ctx, effectTime)
	defer cancel()
	look := time.NewTicker(5 * lookPause)
	defer look.Stop()
	for _, node := range nodes {
		client := rpcclient.New("http://" + node.RPC)
		for {
			err := client.Call(ctx, nil, "cl_awaitHeight", fmt.Sprintf("0x%x", height))
			if err == nil {
				break
			}
			var refusal *rpcclient.Error
			if ctx.Err() != nil || !errors.As(err, &refusal) {
				return fmt.Errorf("the recovery is in force; wait for block %d before the validators are changed, which %s has not executed after %s: %w", height, node.Name, effectTime, err)
			}
			<-look.C
		}
	}
	return nil
}

// agree waits until the kept nodes have the same last block and returns it. Nodes that
// still reach a quorum have nothing to recover from.
func (p *Processes) agree(ctx context.Context, keep []Node) (height uint64, hash chain.Hash, err error) {
	ctx, cancel := context.WithTimeout(ctx, effectTime)
	defer cancel()
	last := errors.New("no answer yet")
	err = p.await(ctx, func(*Status) (bool, error) {
		answers := make([]answer, len(keep))
		for i, node := range keep {
			if last = rpcclient.New("http://"+node.RPC).Call(ctx, &answers[i], "cl_status"); last != nil {
				return false, nil
			}
			if number(answers[i].Connected) >= number(answers[i].Quorum) {
				last = fmt.Errorf("%s reaches a quorum: the network can decide by itself", node.Name)
				return true, nil
			}
			if answers[i].TipHash != answers[0].TipHash || number(answers[i].Height) != number(answers[i].Tip) {
				last = errors.New("the kept nodes do not have the same last block yet")
				return false, nil
			}
		}
		height = number(answers[0].Tip)
		last = hash.UnmarshalText([]byte(answers[0].TipHash))
		return last == nil, nil
	})
	return height, hash, errors.Join(err, last)
}

// validatorsAt asks a node for the set that decides a height.
func validatorsAt(ctx context.Context, client *rpcclient.Client, height uint64) (*chain.ValidatorSet, error) {
	var reply struct {
		Set string `json:"set"`
	}
	if err := client.Call(ctx, &reply, "cl_getValidators", fmt.Sprintf("0x%x", height)); err != nil {
		return nil, err
	}
	encoded, err := hex.DecodeString(strings.TrimPrefix(reply.Set, "0x"))
	if err != nil {
		return nil, err
	}
	return chain.DecodeValidatorSet(encoded)
}
