package segment

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Prove returns a proof for the entry under the state root at height.
func (l *Ledger) Prove(height uint64, key chain.StateKey) (ledger.Proof, error) {
	opened, err := l.View(height)
	if err != nil {
		return ledger.Proof{}, err
	}
	v := opened.(*view)
	defer v.Close()
	value, err := v.Get(key)
	if err != nil {
		return ledger.Proof{}, err
	}
	if err := v.gate.enter(); err != nil {
		return ledger.Proof{}, err
	}
	defer v.gate.leave()
	path, err := l.commitment.Prove(v.nodes(), key)
	if err != nil {
		return ledger.Proof{}, err
	}
	return ledger.Proof{Kind: l.commitment.Kind(), Key: key, Value: value, Path: path}, nil
}

// ProveMany returns one proof for many entries under the state root at height; see
// [ledger.MultiProver].
func (l *Ledger) ProveMany(height uint64, keys []chain.StateKey) (ledger.MultiProof, error) {
	commitment, can := l.commitment.(ledger.MultiCommitment)
	if !can {
		return ledger.MultiProof{}, fmt.Errorf("%w: %q", ledger.ErrMultiProof, l.commitment.Kind())
	}
	opened, err := l.View(height)
	if err != nil {
		return ledger.MultiProof{}, err
	}
	v := opened.(*view)
	defer v.Close()
	proof := ledger.MultiProof{Kind: commitment.Kind(), Entries: make([]chain.Write, len(keys))}
	for i, key := range keys {
		value, err := v.Get(key)
		if err != nil {
			return ledger.MultiProof{}, err
		}
		proof.Entries[i] = chain.Write{Key: key, Value: value}
	}
	if err := v.gate.enter(); err != nil {
		return ledger.MultiProof{}, err
	}
	defer v.gate.leave()
	proof.Path, err = commitment.ProveMany(v.nodes(), keys)
	return proof, err
}
