package eth

import (
	"context"
	"fmt"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// ask decodes (address, block) and calls f with the state that the block names.
func (s *Service) ask(params jsonrpc.Params, f func(ledger.View, chain.Address) (any, error)) (any, error) {
	var owner quantity.Address
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	tag, err := tagAt(params, 1)
	if err != nil {
		return nil, err
	}
	view, err := s.view(tag)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	return f(view, owner.Value())
}

func (s *Service) getBalance(_ context.Context, params jsonrpc.Params) (any, error) {
	return s.ask(params, func(view ledger.View, owner chain.Address) (any, error) {
		account, err := node.Account(view, owner)
		return quantity.Word(account.Balance), err
	})
}

func (s *Service) getCode(_ context.Context, params jsonrpc.Params) (any, error) {
	return s.ask(params, func(view ledger.View, owner chain.Address) (any, error) {
		code, err := view.Get(chain.CodeKey(owner))
		return quantity.Bytes(code), err
	})
}

func (s *Service) getTransactionCount(_ context.Context, params jsonrpc.Params) (any, error) {
	tag, err := tagAt(params, 1)
	if err != nil {
		return nil, err
	}
	return s.ask(params, func(view ledger.View, owner chain.Address) (any, error) {
		account, err := node.Account(view, owner)
		if err == nil && tag.Kind == quantity.BlockPending {
			return quantity.Uint64(s.chain.Pool().NextNonce(pool.Lane{Sender: owner}, account.Nonce)), nil
		}
		return quantity.Uint64(account.Nonce), err
	})
}

func slotOf(view ledger.View, owner chain.Address, slot chain.Word) (value chain.Hash, err error) {
	stored, err := view.Get(chain.StorageKey(owner, slot))
	if err == nil && len(stored) <= chain.HashSize {
		copy(value[chain.HashSize-len(stored):], stored)
	}
	return value, err
}

func (s *Service) getStorageAt(_ context.Context, params jsonrpc.Params) (any, error) {
	slot, err := slotAt(params, 1)
	if err != nil {
		return nil, err
	}
	tag, err := tagAt(params, 2)
	if err != nil {
		return nil, err
	}
	var owner quantity.Address
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	view, err := s.view(tag)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	return slotOf(view, owner.Value(), slot)
}

// slotAt reads a storage position, which clients send with and without leading
// zeros.
func slotAt(params jsonrpc.Params, i int) (slot chain.Word, err error) {
	var text string
	if err := params.Decode(i, true, &text); err != nil {
		return slot, err
	}
	if slot, err = parseSlot(text); err != nil {
		return slot, jsonrpc.Errorf(jsonrpc.InvalidParams, "unable to decode storage key: %v", err)
	}
	return slot, nil
}

func parseSlot(text string) (slot chain.Word, err error) {
	digits := strings.TrimPrefix(strings.TrimPrefix(text, "0x"), "0X")
	if len(digits) > 2*chain.WordSize {
		return slot, fmt.Errorf("storage key too long (want at most 32 bytes): %q", text)
	}
	if len(digits)%2 == 1 {
		digits = "0" + digits
	}
	var data quantity.Bytes
	if err := data.UnmarshalText([]byte("0x" + digits)); err != nil {
		return slot, fmt.Errorf("hex string invalid: %q", text)
	}
	slot, _ = chain.WordFromBytes(data) // not too long, see above
	return slot, nil
}

// maxStorageValues bounds the slots of one eth_getStorageValues.
const maxStorageValues = 1024

func (s *Service) getStorageValues(_ context.Context, params jsonrpc.Params) (any, error) {
	var wanted map[quantity.Address][]string
	if err := params.Decode(0, true, &wanted); err != nil {
		return nil, err
	}
	tag, err := tagAt(params, 1)
	if err != nil {
		return nil, err
	}
	total := 0
	for _, slots := range wanted {
		total += len(slots)
	}
	switch {
	case total == 0:
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "empty request")
	case total > maxStorageValues:
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "too many slots (max %d)", maxStorageValues)
	}
	view, err := s.view(tag)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	values := make(map[quantity.Address][]chain.Hash, len(wanted))
	for owner, slots := range wanted {
		list := make([]chain.Hash, len(slots))
		for i, text := range slots {
			slot, err := parseSlot(text)
			if err != nil {
				return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "%v", err)
			}
			if list[i], err = slotOf(view, owner.Value(), slot); err != nil {
				return nil, err
			}
		}
		values[owner] = list
	}
	return values, nil
}
