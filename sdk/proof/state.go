package proof

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// State claims what stands under keys in the state whose root the header carries.
type State struct {
	Commitment string      `json:"commitment"` // its kind, such as "binary/1"
	Entries    []Entry     `json:"entries"`    // 1 to ledger.MaxMultiProofKeys, in strictly ascending key order
	Path       chain.Bytes `json:"path"`       // of the commitment's multi-proof
}

// Entry is an entry of state, absent when its value is empty.
type Entry struct {
	Key   chain.Bytes `json:"key"` // chain.StateKey.Encode
	Value chain.Bytes `json:"value"`
}

// NewState returns the claim of a multi-proof.
func NewState(proof *ledger.MultiProof) *State {
	s := &State{Commitment: proof.Kind, Entries: make([]Entry, len(proof.Entries)), Path: proof.Path}
	for i := range proof.Entries {
		s.Entries[i] = Entry{Key: proof.Entries[i].Key.Encode(), Value: proof.Entries[i].Value}
	}
	return s
}

func (s *State) multiProof() (ledger.MultiProof, error) {
	proof := ledger.MultiProof{Kind: s.Commitment, Entries: make([]chain.Write, len(s.Entries)), Path: s.Path}
	for i := range s.Entries {
		key, err := chain.DecodeStateKey(s.Entries[i].Key)
		if err != nil {
			return proof, fmt.Errorf("entry %d: %w", i, err)
		}
		proof.Entries[i] = chain.Write{Key: key, Value: s.Entries[i].Value}
	}
	return proof, nil
}

func (v *verification) state(claim *State) error {
	height, err := v.below()
	if err != nil {
		return err
	}
	root := v.finding.Header.StateRoot
	if root.IsZero() { // would prove that everything is absent
		return fault("header", "its state root is zero")
	}
	if v.options.Commitment == nil {
		return fmt.Errorf("%w: no verifier of states", ErrUnknown)
	}
	verifier, err := v.options.Commitment(claim.Commitment, v.suite)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	proof, err := claim.multiProof()
	if err == nil {
		err = verifier.VerifyMany(root, proof)
	}
	if err != nil {
		return at("state", err)
	}
	v.finding.Height, v.finding.Entries = height, proof.Entries
	return nil
}
