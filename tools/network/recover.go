package network

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// recoveryFile holds the recovery that a node follows, in its home.
const recoveryFile = "recovery.json"

// recoveryRecord is the file: the canonical encoding, and what a person reads in it.
type recoveryRecord struct {
	Height     uint64         `json:"height"`
	Hash       chain.Hash     `json:"hash"`
	Validators []chain.NodeID `json:"validators"`
	Reason     string         `json:"reason"`
	Recovery   string         `json:"recovery"`
}

// LoadRecovery reads the recovery of a home, nil when there is none.
func LoadRecovery(home string) (*chain.Recovery, error) {
	file, err := os.ReadFile(filepath.Join(home, recoveryFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var record recoveryRecord
	if err := json.Unmarshal(file, &record); err != nil {
		return nil, fmt.Errorf("%s: %w", recoveryFile, err)
	}
	encoded, err := hex.DecodeString(strings.TrimPrefix(record.Recovery, "0x"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", recoveryFile, err)
	}
	return chain.DecodeRecovery(encoded)
}

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
	before, err := p.validatorsAt(ctx, keep[0], height+1)
	if err != nil {
		return nil, err
	}
	r := &chain.Recovery{Height: height, Hash: hash, Reason: reason}
	r.Validators = &chain.ValidatorSet{Epoch: before.Epoch + 1, From: height + 1}
	for _, member := range before.Members {
		if slices.ContainsFunc(keep, func(n Node) bool { return n.ID == member.ID }) {
			r.Validators.Members = append(r.Validators.Members, member)
		}
	}
	if len(r.Validators.Members) != len(keep) {
		return nil, errors.New("network: a node that is to be kept is not a validator")
	}
	for _, node := range keep {
		if err := p.Stop(ctx, node); err != nil {
			return nil, err
		}
	}
	if err := p.signRecovery(registry, keep, r); err != nil {
		return nil, err
	}
	for _, node := range keep {
		if err := p.writeRecovery(node, r); err != nil {
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
	return r, nil
}

// agree waits until the kept nodes have the same last block and returns it. Nodes that
// still reach a quorum have nothing to recover from.
func (p *Processes) agree(ctx context.Context, keep []Node) (height uint64, hash chain.Hash, err error) {
	ctx, cancel := context.WithTimeout(ctx, effectTime)
	defer cancel()
	last := errors.New("no answer yet")
	err = p.await(ctx, func(*Status) bool {
		answers := make([]answer, len(keep))
		for i, node := range keep {
			if last = rpcclient.New("http://"+node.RPC).Call(ctx, &answers[i], "cl_status"); last != nil {
				return false
			}
			if number(answers[i].Connected) >= number(answers[i].Quorum) {
				last = fmt.Errorf("%s reaches a quorum: the network can decide by itself", node.Name)
				return true
			}
			if answers[i].TipHash != answers[0].TipHash || number(answers[i].Height) != number(answers[i].Tip) {
				last = errors.New("the kept nodes do not have the same last block yet")
				return false
			}
		}
		height = number(answers[0].Tip)
		last = hash.UnmarshalText([]byte(answers[0].TipHash))
		return last == nil
	})
	return height, hash, errors.Join(err, last)
}

func (p *Processes) validatorsAt(ctx context.Context, node Node, height uint64) (*chain.ValidatorSet, error) {
	var reply struct {
		Set string `json:"set"`
	}
	if err := rpcclient.New("http://"+node.RPC).Call(ctx, &reply, "cl_getValidators", fmt.Sprintf("0x%x", height)); err != nil {
		return nil, err
	}
	encoded, err := hex.DecodeString(strings.TrimPrefix(reply.Set, "0x"))
	if err != nil {
		return nil, err
	}
	return chain.DecodeValidatorSet(encoded)
}

// signRecovery has every kept node sign, in the order of the set.
func (p *Processes) signRecovery(registry *kernel.Registry, keep []Node, r *chain.Recovery) error {
	suite, err := registry.CryptoSuite(p.Manifest.Crypto)
	if err != nil {
		return err
	}
	channel, err := registry.ChannelModule(Channel)
	if err != nil {
		return err
	}
	file, err := os.ReadFile(filepath.Join(p.Home(keep[0]), GenesisFile))
	if err != nil {
		return err
	}
	genesis, err := chain.ParseGenesis(file)
	if err != nil {
		return err
	}
	identity, err := genesis.Identity(suite)
	if err != nil {
		return err
	}
	digest := r.Digest(suite, identity)
	for _, member := range r.Validators.Members {
		at := slices.IndexFunc(keep, func(n Node) bool { return n.ID == member.ID })
		node, err := LoadIdentity(suite, channel, p.Home(keep[at]))
		if err != nil {
			return err
		}
		signature, err := node.Consensus.Sign(digest)
		if err != nil {
			return err
		}
		r.Signatures = append(r.Signatures, signature)
	}
	return nil
}

// writeRecovery tells a stopped node of the recovery. The engine's log speaks of
// proposals of the old set and is put aside; the record of votes stays.
func (p *Processes) writeRecovery(node Node, r *chain.Recovery) error {
	record := recoveryRecord{Height: r.Height, Hash: r.Hash, Reason: r.Reason, Recovery: "0x" + hex.EncodeToString(r.Encode())}
	for _, member := range r.Validators.Members {
		record.Validators = append(record.Validators, member.ID)
	}
	file, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(p.Home(node), recoveryFile), file); err != nil {
		return err
	}
	log := filepath.Join(p.Home(node), DataFolder, walFile)
	if err := os.Rename(log, fmt.Sprintf("%s.before-%d", log, r.Height+1)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
