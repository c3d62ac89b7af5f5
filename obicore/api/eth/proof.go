package eth

import (
	"context"
	"errors"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

// patricia is the kind of proofs whose path is [account proof, storage proof] of
// EIP-1186 (formats, State).
const patricia = "patricia/1"

// maxProofKeys bounds the slots of one eth_getProof, as geth does.
const maxProofKeys = 1024

// accountProof is the answer of eth_getProof (EIP-1186). It verifies under the
// stateRoot that this API shows of the same block.
type accountProof struct {
	Address      chain.Address    `json:"address"`
	AccountProof []quantity.Bytes `json:"accountProof"`
	Balance      quantity.Word    `json:"balance"`
	CodeHash     chain.Hash       `json:"codeHash"`
	Nonce        quantity.Uint64  `json:"nonce"`
	StorageHash  chain.Hash       `json:"storageHash"`
	StorageProof []storageProof   `json:"storageProof"`
}

// storageProof is the proof of one slot. Its key is as the client wrote it when it
// wrote 32 bytes, and else a quantity, as geth has it.
type storageProof struct {
	Key   string           `json:"key"`
	Value quantity.Word    `json:"value"`
	Proof []quantity.Bytes `json:"proof"`
}

func (s *Service) getProof(ctx context.Context, params jsonrpc.Params) (any, error) {
	var owner quantity.Address
	var texts []string
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	if err := params.Decode(1, true, &texts); err != nil {
		return nil, err
	}
	tag, err := tagAt(params, 2)
	if err != nil {
		return nil, err
	}
	if len(texts) > maxProofKeys {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "too many storage keys requested (max %d, got %d)", maxProofKeys, len(texts))
	}
	slots := make([]chain.Word, len(texts))
	for i, text := range texts {
		if slots[i], err = parseSlot(text); err != nil {
			return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "%v", err)
		}
	}
	height, err := s.height(tag)
	if err != nil {
		return nil, err
	}
	answer, err := s.proveAccount(height, owner.Value())
	if err != nil {
		return nil, err
	}
	for i, slot := range slots {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		proof, err := s.proveSlot(height, owner.Value(), slot)
		if err != nil {
			return nil, err
		}
		proof.Key = slotKey(texts[i], slot)
		answer.StorageProof = append(answer.StorageProof, proof)
	}
	return answer, nil
}

// slotKey shows a slot as geth does.
func slotKey(text string, slot chain.Word) string {
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "0x"), "0X")
	if (len(digits)+1)/2 == chain.WordSize {
		return chain.Hash(slot).String()
	}
	return quantity.Word(slot).String()
}

// prove returns a proof with its two lists of nodes.
func (s *Service) prove(height uint64, key chain.StateKey) (proof ledger.Proof, account, storage []quantity.Bytes, err error) {
	proof, err = s.chain.Ledger().Prove(height, key)
	switch {
	case errors.Is(err, ledger.ErrPruned):
		err = jsonrpc.Errorf(jsonrpc.ServerError, "state of block %d is pruned: %v", height, err)
	case err == nil && proof.Kind != patricia:
		err = jsonrpc.Errorf(jsonrpc.ServerError,
			"eth_getProof needs a Merkle-Patricia state commitment and this chain has %q: use cl_getProof", s.chain.Genesis().Commitment)
	case err == nil:
		account, storage, err = splitPath(proof.Path)
	}
	return proof, account, storage, err
}

func (s *Service) proveAccount(height uint64, owner chain.Address) (*accountProof, error) {
	proof, nodes, _, err := s.prove(height, chain.AccountKey(owner))
	if err != nil {
		return nil, err
	}
	var account chain.Account
	if len(proof.Value) > 0 {
		if account, err = chain.DecodeAccount(proof.Value); err != nil {
			return nil, err
		}
	}
	answer := &accountProof{
		Address: owner, AccountProof: nodes, Balance: quantity.Word(account.Balance), CodeHash: account.CodeHash,
		Nonce: quantity.Uint64(account.Nonce), StorageProof: []storageProof{},
	}
	if account.CodeHash.IsZero() {
		answer.CodeHash = keccak.Keccak256()
	}
	answer.StorageHash, err = storageRoot(nodes, owner)
	return answer, err
}

func (s *Service) proveSlot(height uint64, owner chain.Address, slot chain.Word) (proof storageProof, err error) {
	found, _, nodes, err := s.prove(height, chain.StorageKey(owner, slot))
	if err != nil {
		return proof, err
	}
	value, _ := chain.WordFromBytes(found.Value) // the ledger stores no longer ones
	proof.Value = quantity.Word(value)
	proof.Proof = nodes
	return proof, nil
}
