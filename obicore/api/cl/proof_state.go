package cl

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// maxProofValues bounds the values in one document in bytes.
const maxProofValues = 4 << 20

// keys returns the keys that are asked about, each once and in order.
func (r *proofRequest) keys() (keys []chain.StateKey, err error) {
	if r.Account != nil {
		keys = append(keys, chain.AccountKey(r.Account.Value()))
		for _, slot := range r.Slots {
			keys = append(keys, chain.StorageKey(r.Account.Value(), chain.Word(slot)))
		}
	}
	for i, raw := range r.Keys {
		key, err := chain.DecodeStateKey(raw)
		if err != nil {
			return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "keys[%d]: %v: a key is owner (20 bytes), space (1) and subkey (0 to %d)", i, err, chain.MaxSubkey)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "no keys: name 1 to %d", ledger.MaxMultiProofKeys)
	}
	slices.SortFunc(keys, chain.StateKey.Compare)
	return slices.Compact(keys), nil
}

// proveState proves entries in the state after a block.
func (s *Service) proveState(keys []chain.StateKey, tag *quantity.BlockTag) (*proof.Document, error) {
	height, err := s.carriedHeight(tag)
	if err != nil {
		return nil, err
	}
	prover, can := s.chain.Ledger().(ledger.MultiProver)
	if !can {
		return nil, fmt.Errorf("%w: nor has the ledger", ledger.ErrMultiProof)
	}
	document, err := s.carrying(height)
	if err != nil {
		return nil, err
	}
	entries, err := prover.ProveMany(height, keys)
	if err != nil {
		return nil, err
	}
	size := 0
	for i := range entries.Entries {
		size += len(entries.Entries[i].Value)
	}
	if size > maxProofValues {
		return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "the values have %d bytes, at most %d are proved at once; ask for fewer keys", size, maxProofValues)
	}
	document.State = proof.NewState(&entries)
	return document, nil
}

// carriedHeight returns the height that a tag names; every tag of a late block means the
// highest whose root stands in a decided header.
func (s *Service) carriedHeight(tag *quantity.BlockTag) (uint64, error) {
	if tag != nil && (tag.Kind == quantity.BlockEarliest || tag.Kind == quantity.BlockNumber || tag.Kind == quantity.BlockHash) {
		return s.heightOf(tag)
	}
	tip, delay := s.chain.Tip().Header.Height, s.chain.Genesis().RootDelay
	if tip < delay {
		return 0, jsonrpc.Errorf(codeBehind, "no root stands in a header yet: that of block 0 comes with block %d, the last one is %d; ask again later", delay, tip)
	}
	return min(tip-delay, s.chain.Head().Header.Height), nil
}
