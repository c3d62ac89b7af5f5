package light

import (
	"context"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// ErrProof says that a proof of state is about something else than what was asked.
var ErrProof = errors.New("light: the proof is not the one that was asked for")

// Prover is a source that also proves entries of state.
type Prover interface {
	// Prove proves an account's leaf, or with slot one entry of its storage, in the
	// state after a height.
	Prove(ctx context.Context, owner chain.Address, slot *chain.Word, height uint64) (ledger.Proof, error)
}

// Account returns an account as it is in the state of StateHeight, proved; the empty
// account when there is none.
func (c *Client) Account(ctx context.Context, source Prover, owner chain.Address) (account chain.Account, err error) {
	value, err := c.prove(ctx, source, owner, nil, chain.AccountKey(owner))
	if err != nil || len(value) == 0 {
		return account, err
	}
	return chain.DecodeAccount(value)
}

// Slot returns an entry of a contract's storage as it is in the state of StateHeight,
// proved; zero when there is none.
func (c *Client) Slot(ctx context.Context, source Prover, owner chain.Address, slot chain.Word) (word chain.Word, err error) {
	value, err := c.prove(ctx, source, owner, &slot, chain.StorageKey(owner, slot))
	if err != nil {
		return word, err
	}
	word, fits := chain.WordFromBytes(value)
	if !fits {
		return word, fmt.Errorf("%w: a value of %d bytes", ErrProof, len(value))
	}
	return word, nil
}

func (c *Client) prove(ctx context.Context, source Prover, owner chain.Address, slot *chain.Word, key chain.StateKey) ([]byte, error) {
	height, err := c.StateHeight()
	if err != nil {
		return nil, err
	}
	proof, err := source.Prove(ctx, owner, slot, height)
	if err != nil {
		return nil, err
	}
	if proof.Key != key {
		return nil, fmt.Errorf("%w: of another key", ErrProof)
	}
	return proof.Value, c.VerifyState(proof)
}

// proofAnswer is the answer of cl_getProof.
type proofAnswer struct {
	Kind  string `json:"kind"`
	Key   string `json:"key"`
	Value string `json:"value"`
	Path  string `json:"path"`
}

// Prove implements Prover.
func (r RPC) Prove(ctx context.Context, owner chain.Address, slot *chain.Word, height uint64) (proof ledger.Proof, err error) {
	var asked any
	if slot != nil {
		asked = chain.Hash(*slot)
	}
	var answer proofAnswer
	if err := r.Node.Call(ctx, &answer, "cl_getProof", owner, asked, quantity(height)); err != nil {
		return proof, err
	}
	key, err := unhex(answer.Key)
	if err != nil {
		return proof, err
	}
	proof.Kind = answer.Kind
	if proof.Key, err = chain.DecodeStateKey(key); err != nil {
		return proof, err
	}
	if proof.Value, err = unhex(answer.Value); err != nil {
		return proof, err
	}
	proof.Path, err = unhex(answer.Path)
	return proof, err
}
