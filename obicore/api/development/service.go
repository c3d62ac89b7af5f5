package development

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// maxMine bounds the blocks of one call.
const maxMine = 10_000

// maxImpersonated bounds the impersonated accounts.
const maxImpersonated = 10_000

// Service serves one chain.
type Service struct {
	chain *node.Chain

	mutex        sync.Mutex
	impersonated map[chain.Address]bool
	everybody    bool // anvil_autoImpersonateAccount

	intervals    sync.Mutex // one change of interval mining at a time
	stopInterval func()
	closed       bool
}

// New returns a service; Close ends what it runs in the background.
func New(c *node.Chain) *Service {
	return &Service{chain: c, impersonated: make(map[chain.Address]bool)}
}

// Close stops interval mining for good.
func (s *Service) Close() {
	s.intervals.Lock()
	defer s.intervals.Unlock()
	s.closed = true
	s.stopMining()
}

// stopMining ends interval mining, if there is any; under intervals.
func (s *Service) stopMining() {
	if s.stopInterval != nil {
		s.stopInterval()
		s.stopInterval = nil
	}
}

// Impersonated reports whether transactions of an account are to be made without
// its key.
func (s *Service) Impersonated(a chain.Address) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return !chain.IsSystemAddress(a) && (s.everybody || s.impersonated[a])
}

// Register adds all methods, under each name that tools use.
func (s *Service) Register(registry *jsonrpc.Registry) error {
	var faults []error
	add := func(handler jsonrpc.Handler, names ...string) {
		for _, name := range names {
			faults = append(faults, registry.Register(name, handler))
		}
	}
	add(s.mineOne, "evm_mine")
	add(s.mine, "hardhat_mine", "anvil_mine")
	add(s.snapshot, "evm_snapshot", "anvil_snapshot")
	add(s.revert, "evm_revert", "anvil_revert")
	add(s.increaseTime, "evm_increaseTime", "anvil_increaseTime")
	add(s.setTime, "evm_setTime", "anvil_setTime")
	add(s.setNextTimestamp, "evm_setNextBlockTimestamp", "anvil_setNextBlockTimestamp")
	add(s.setGasLimit, "evm_setBlockGasLimit", "anvil_setBlockGasLimit")
	add(s.setAutomine, "evm_setAutomine", "anvil_setAutomine")
	add(s.setInterval, "evm_setIntervalMining", "anvil_setIntervalMining")
	add(s.impersonate, "hardhat_impersonateAccount", "anvil_impersonateAccount")
	add(s.stopImpersonating, "hardhat_stopImpersonatingAccount", "anvil_stopImpersonatingAccount")
	add(s.impersonateEverybody, "anvil_autoImpersonateAccount")
	add(s.setBalance, "hardhat_setBalance", "anvil_setBalance")
	add(s.setCode, "hardhat_setCode", "anvil_setCode")
	add(s.setNonce, "hardhat_setNonce", "anvil_setNonce")
	add(s.setStorage, "hardhat_setStorageAt", "anvil_setStorageAt")
	add(s.setCoinbase, "hardhat_setCoinbase", "anvil_setCoinbase")
	add(s.setBaseFee, "hardhat_setNextBlockBaseFeePerGas", "anvil_setNextBlockBaseFeePerGas")
	add(s.setRandomness, "hardhat_setPrevRandao", "anvil_setPrevRandao")
	add(s.drop, "hardhat_dropTransaction", "anvil_dropTransaction")
	add(s.metadata, "hardhat_metadata", "anvil_metadata")
	add(s.automine, "hardhat_getAutomine", "anvil_getAutomine")
	return errors.Join(faults...)
}

// number is what these tools send for a count: a quantity, a plain number, or a
// decimal string.
type number struct{ quantity.Word }

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(input []byte) error {
	text := string(bytes.Trim(input, `"`))
	if len(text) > 2 && (text[:2] == "0x" || text[:2] == "0X") {
		digits := text[2:]
		for len(digits) > 1 && digits[0] == '0' {
			digits = digits[1:]
		}
		return n.Word.UnmarshalText([]byte("0x" + digits))
	}
	v, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return errors.New("not a number")
	}
	n.Word = quantity.Word(chain.WordFromUint64(v))
	return nil
}

func (n *number) uint64() (uint64, error) {
	v, ok := n.Value().Uint64()
	if !ok {
		return 0, jsonrpc.Errorf(jsonrpc.InvalidParams, "number %s is too large", n.Word)
	}
	return v, nil
}

func numberAt(params jsonrpc.Params, i int, fallback uint64) (uint64, error) {
	n := number{quantity.Word(chain.WordFromUint64(fallback))}
	if err := params.Decode(i, false, &n); err != nil {
		return 0, err
	}
	return n.uint64()
}

// edit changes one account entry through f, which gets the account as it is.
func (s *Service) edit(params jsonrpc.Params, f func(view ledger.View, owner chain.Address) ([]chain.Write, error)) (any, error) {
	var owner quantity.Address
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	if chain.IsSystemAddress(owner.Value()) {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "%s is a native module: call its functions instead", owner)
	}
	return true, s.chain.Edit(func(view ledger.View) ([]chain.Write, error) { return f(view, owner.Value()) })
}

func accountWrite(owner chain.Address, a chain.Account) chain.Write {
	if a.IsEmpty() {
		return chain.Write{Key: chain.AccountKey(owner)}
	}
	return chain.Write{Key: chain.AccountKey(owner), Value: a.Encode()}
}

func (s *Service) setBalance(_ context.Context, params jsonrpc.Params) (any, error) {
	var balance number
	if err := params.Decode(1, true, &balance); err != nil {
		return nil, err
	}
	return s.edit(params, func(view ledger.View, owner chain.Address) ([]chain.Write, error) {
		account, err := node.Account(view, owner)
		account.Balance = balance.Value()
		return []chain.Write{accountWrite(owner, account)}, err
	})
}

func (s *Service) setNonce(_ context.Context, params jsonrpc.Params) (any, error) {
	var nonce number
	if err := params.Decode(1, true, &nonce); err != nil {
		return nil, err
	}
	value, err := nonce.uint64()
	if err != nil {
		return nil, err
	}
	return s.edit(params, func(view ledger.View, owner chain.Address) ([]chain.Write, error) {
		account, err := node.Account(view, owner)
		account.Nonce = value
		return []chain.Write{accountWrite(owner, account)}, err
	})
}

func (s *Service) setCode(_ context.Context, params jsonrpc.Params) (any, error) {
	var code quantity.Bytes
	if err := params.Decode(1, true, &code); err != nil {
		return nil, err
	}
	return s.edit(params, func(view ledger.View, owner chain.Address) ([]chain.Write, error) {
		account, err := node.Account(view, owner)
		account.CodeHash = chain.Hash{}
		if len(code) > 0 {
			account.CodeHash = s.chain.Executor().CodeHash(code)
		}
		return []chain.Write{accountWrite(owner, account), {Key: chain.CodeKey(owner), Value: code}}, err
	})
}

func (s *Service) setStorage(_ context.Context, params jsonrpc.Params) (any, error) {
	var slot number
	var value quantity.Bytes
	if err := params.Decode(1, true, &slot); err != nil {
		return nil, err
	}
	if err := params.Decode(2, true, &value); err != nil {
		return nil, err
	}
	if len(value) != chain.WordSize {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "invalid argument 2: a storage value has 32 bytes, this one %d", len(value))
	}
	return s.edit(params, func(_ ledger.View, owner chain.Address) ([]chain.Write, error) {
		return []chain.Write{{Key: chain.StorageKey(owner, slot.Value()), Value: bytes.TrimLeft(value, "\x00")}}, nil
	})
}

func (s *Service) setGasLimit(_ context.Context, params jsonrpc.Params) (any, error) {
	limit, err := numberAt(params, 0, 0)
	if err != nil {
		return nil, err
	}
	if limit < 21_000 || limit > 1<<53-1 {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "block gas limit %d: use 21000 to 2^53-1", limit)
	}
	return s.setParameters(func(p *chain.Parameters) { p.GasLimit = limit })
}

func (s *Service) setBaseFee(_ context.Context, params jsonrpc.Params) (any, error) {
	var fee number
	if err := params.Decode(0, true, &fee); err != nil {
		return nil, err
	}
	return s.setParameters(func(p *chain.Parameters) { p.Fees.BaseFee = fee.Value() })
}

func (s *Service) setParameters(change func(*chain.Parameters)) (any, error) {
	return true, s.chain.Edit(func(view ledger.View) ([]chain.Write, error) {
		value, err := view.Get(chain.ParametersKey)
		if err != nil {
			return nil, err
		}
		parameters, err := chain.DecodeParameters(value)
		if err != nil {
			return nil, err
		}
		change(parameters)
		return []chain.Write{{Key: chain.ParametersKey, Value: parameters.Encode()}}, nil
	})
}

func (s *Service) setCoinbase(_ context.Context, params jsonrpc.Params) (any, error) {
	var coinbase quantity.Address
	if err := params.Decode(0, true, &coinbase); err != nil {
		return nil, err
	}
	return true, s.chain.SetCoinbase(coinbase.Value())
}

func (s *Service) setRandomness(_ context.Context, params jsonrpc.Params) (any, error) {
	var value number
	if err := params.Decode(0, true, &value); err != nil {
		return nil, err
	}
	randomness := chain.Hash(value.Value())
	return true, s.chain.SetNext(func(next *node.NextBlock) { next.Randomness = &randomness })
}

func (s *Service) drop(_ context.Context, params jsonrpc.Params) (any, error) {
	var id quantity.Hash
	if err := params.Decode(0, true, &id); err != nil {
		return nil, err
	}
	if !s.chain.Pool().Remove(id.Value()) {
		return nil, nil
	}
	return true, nil
}

func (s *Service) impersonate(_ context.Context, params jsonrpc.Params) (any, error) {
	var owner quantity.Address
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	if err := s.chain.SetNext(func(*node.NextBlock) {}); err != nil {
		return nil, err // not a chain that can be edited
	}
	if chain.IsSystemAddress(owner.Value()) {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "%s is a native module and sends no transactions", owner)
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.impersonated) >= maxImpersonated {
		return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "%d accounts are impersonated already", len(s.impersonated))
	}
	s.impersonated[owner.Value()] = true
	return true, nil
}

func (s *Service) stopImpersonating(_ context.Context, params jsonrpc.Params) (any, error) {
	var owner quantity.Address
	if err := params.Decode(0, true, &owner); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	delete(s.impersonated, owner.Value())
	return true, nil
}

func (s *Service) impersonateEverybody(_ context.Context, params jsonrpc.Params) (any, error) {
	var on bool
	if err := params.Decode(0, true, &on); err != nil {
		return nil, err
	}
	if err := s.chain.SetNext(func(*node.NextBlock) {}); err != nil {
		return nil, err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.everybody = on
	return nil, nil
}
