package network

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// recoveryFile holds the recovery that a node follows, in its home.
const recoveryFile = "recovery.json"

// RecoveryRecord is a recovery as it lies in a node's home, and as its draft, which has no
// signatures yet, travels between organisations: the canonical encoding, and what a person
// reads in it.
type RecoveryRecord struct {
	Height     uint64         `json:"height"`
	Hash       chain.Hash     `json:"hash"`
	Validators []chain.NodeID `json:"validators"`
	Reason     string         `json:"reason"`
	Recovery   chain.Bytes    `json:"recovery"`
}

func recordOf(r *chain.Recovery) *RecoveryRecord {
	record := &RecoveryRecord{Height: r.Height, Hash: r.Hash, Reason: r.Reason, Recovery: r.Encode()}
	for i := range r.Validators.Members {
		record.Validators = append(record.Validators, r.Validators.Members[i].ID)
	}
	return record
}

// Decode returns the recovery. What a person reads beside it must be the same.
func (r *RecoveryRecord) Decode() (*chain.Recovery, error) {
	recovery, err := chain.DecodeRecovery(r.Recovery)
	if err != nil {
		return nil, err
	}
	shown := recordOf(recovery)
	if shown.Height != r.Height || shown.Hash != r.Hash || shown.Reason != r.Reason || !slices.Equal(shown.Validators, r.Validators) {
		return nil, errors.New("network: the recovery is not what the file shows beside it")
	}
	return recovery, nil
}

// recoveryOf keeps some of a set's validators from the block after a height.
func recoveryOf(height uint64, hash chain.Hash, before *chain.ValidatorSet, keep []chain.NodeID, reason string) (*chain.Recovery, error) {
	set := &chain.ValidatorSet{Epoch: before.Epoch + 1, From: height + 1}
	for i := range before.Members {
		if slices.Contains(keep, before.Members[i].ID) {
			set.Members = append(set.Members, before.Members[i])
		}
	}
	if len(set.Members) != len(keep) {
		return nil, errors.New("network: a node that is to be kept is not a validator, or is named twice")
	}
	if len(reason) > chain.MaxReason {
		return nil, fmt.Errorf("network: a reason of %d bytes, at most %d", len(reason), chain.MaxReason)
	}
	return &chain.Recovery{Height: height, Hash: hash, Validators: set, Reason: reason}, nil
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
	record := &RecoveryRecord{}
	if err := json.Unmarshal(file, record); err != nil {
		return nil, fmt.Errorf("%s: %w", recoveryFile, err)
	}
	r, err := record.Decode()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", recoveryFile, err)
	}
	return r, nil
}

// writeRecovery tells the stopped node of a home of a recovery.
func writeRecovery(home, data string, r *chain.Recovery) error {
	file, err := json.MarshalIndent(recordOf(r), "", "  ")
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(home, recoveryFile), file); err != nil {
		return err
	}
	return putLogAside(data, r)
}

// putLogAside puts the engine's log aside, which speaks of proposals of the old set. The
// record of votes stays.
func putLogAside(data string, r *chain.Recovery) error {
	log := filepath.Join(data, walFile)
	if err := os.Rename(log, logAside(data, r)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

func logAside(data string, r *chain.Recovery) string {
	return fmt.Sprintf("%s.before-%d", filepath.Join(data, walFile), r.Height+1)
}
