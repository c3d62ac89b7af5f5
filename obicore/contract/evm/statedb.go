package evm

import (
	"github.com/ethereum/go-ethereum/common"
	gethstate "github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/stateless"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/types/bal"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// stateDB shows the kernel's state to the interpreter.
type stateDB struct {
	contract.State
	session *session
	trace   contract.Trace // hears of events, which the interpreter leaves to its state
	// creating is the address that the interpreter has just warmed. Only a
	// creation asks for a code hash directly after warming the address –
	// EXTCODEHASH asks for emptiness first, a call reads the code first – so that
	// this tells the two apart and EIP-7610 holds, which the interpreter itself
	// does not check. The state tests prove it for all paths.
	creating common.Address
}

// occupied stands for the code hash of an address that has storage only.
var occupied = common.Hash{1}

var _ vm.StateDB = (*stateDB)(nil)

func canTransfer(db vm.StateDB, from common.Address, amount *uint256.Int) bool {
	return db.GetBalance(from).Cmp(amount) >= 0
}

// transfer moves value and notes who is being called, so that a native module
// can tell; a CALL comes here without value too.
func (s *session) transfer(db vm.StateDB, from, to common.Address, amount *uint256.Int, _ *params.Rules) {
	s.entered = entrance{callee: to, paid: !amount.IsZero()}
	db.SubBalance(from, amount, tracing.BalanceChangeTransfer)
	db.AddBalance(to, amount, tracing.BalanceChangeTransfer)
}

func (s *stateDB) CreateAccount(address common.Address)  { s.State.Touch(chain.Address(address)) }
func (s *stateDB) CreateContract(address common.Address) { s.Create(chain.Address(address)) }

func (s *stateDB) AddBalance(address common.Address, amount *uint256.Int, reason tracing.BalanceChangeReason) uint256.Int {
	if reason == tracing.BalanceChangeTouchAccount { // a STATICCALL begins
		s.session.entered = entrance{callee: address}
	}
	before := *s.GetBalance(address)
	if amount.IsZero() {
		s.State.Touch(chain.Address(address))
		return before
	}
	var after uint256.Int
	if _, overflow := after.AddOverflow(&before, amount); overflow {
		after.SetAllOne() // as everywhere: what no balance can hold is burnt
	}
	s.SetBalance(chain.Address(address), after.Bytes32())
	return before
}

func (s *stateDB) SubBalance(address common.Address, amount *uint256.Int, _ tracing.BalanceChangeReason) uint256.Int {
	before := *s.GetBalance(address)
	if amount.IsZero() {
		return before
	}
	var after uint256.Int
	after.Sub(&before, amount)
	s.SetBalance(chain.Address(address), after.Bytes32())
	return before
}

func (s *stateDB) GetBalance(address common.Address) *uint256.Int {
	return toInt(s.Balance(chain.Address(address)))
}

func (s *stateDB) GetNonce(address common.Address) uint64 { return s.Nonce(chain.Address(address)) }

func (s *stateDB) SetNonce(address common.Address, nonce uint64, _ tracing.NonceChangeReason) {
	s.State.SetNonce(chain.Address(address), nonce)
}

func (s *stateDB) GetCodeHash(address common.Address) common.Hash {
	owner, creation := chain.Address(address), s.creating == address
	s.creating = common.Address{}
	if creation && s.Nonce(owner) == 0 && s.CodeHash(owner).IsZero() && s.HasStorage(owner) {
		return occupied
	}
	if !s.Exists(owner) {
		return common.Hash{}
	}
	if hash := s.CodeHash(owner); !hash.IsZero() {
		return common.Hash(hash)
	}
	return types.EmptyCodeHash
}

func (s *stateDB) GetCode(address common.Address) []byte {
	s.creating = common.Address{}
	return s.Code(chain.Address(address))
}

func (s *stateDB) GetCodeSize(address common.Address) int {
	return s.CodeSize(chain.Address(address))
}

func (s *stateDB) SetCode(address common.Address, code []byte, _ tracing.CodeChangeReason) []byte {
	before := s.GetCode(address)
	s.State.SetCode(chain.Address(address), code, chain.Hash(crypto.Keccak256Hash(code)))
	return before
}

func (s *stateDB) GetRefund() uint64 { return s.Refund() }

func (s *stateDB) GetStateAndCommittedState(address common.Address, slot common.Hash) (common.Hash, common.Hash) {
	owner, key := chain.Address(address), chain.Word(slot)
	return common.Hash(s.Slot(owner, key)), common.Hash(s.CommittedSlot(owner, key))
}

func (s *stateDB) GetState(address common.Address, slot common.Hash) common.Hash {
	return common.Hash(s.Slot(chain.Address(address), chain.Word(slot)))
}

func (s *stateDB) SetState(address common.Address, slot, value common.Hash) common.Hash {
	before := s.GetState(address, slot)
	s.SetSlot(chain.Address(address), chain.Word(slot), chain.Word(value))
	return before
}

func (s *stateDB) GetTransientState(address common.Address, slot common.Hash) common.Hash {
	return common.Hash(s.TransientSlot(chain.Address(address), chain.Word(slot)))
}

func (s *stateDB) SetTransientState(address common.Address, slot, value common.Hash) {
	s.SetTransientSlot(chain.Address(address), chain.Word(slot), chain.Word(value))
}

func (s *stateDB) SelfDestruct(address common.Address) { s.Destroy(chain.Address(address)) }
func (s *stateDB) HasSelfDestructed(address common.Address) bool {
	return s.Destroyed(chain.Address(address))
}
func (s *stateDB) Exist(address common.Address) bool { return s.Exists(chain.Address(address)) }
func (s *stateDB) Touch(address common.Address)      { s.State.Exists(chain.Address(address)) }
func (s *stateDB) IsNewContract(address common.Address) bool {
	return s.CreatedHere(chain.Address(address))
}
func (s *stateDB) Empty(address common.Address) bool {
	s.creating = common.Address{}
	return s.IsEmpty(chain.Address(address))
}

func (s *stateDB) AddressInAccessList(address common.Address) bool {
	s.creating = common.Address{}
	return s.IsWarm(chain.Address(address))
}

func (s *stateDB) SlotInAccessList(address common.Address, slot common.Hash) (bool, bool) {
	owner := chain.Address(address)
	return s.IsWarm(owner), s.IsWarmSlot(owner, chain.Word(slot))
}

func (s *stateDB) AddAddressToAccessList(address common.Address) {
	s.creating = address
	s.Warm(chain.Address(address))
}
func (s *stateDB) AddSlotToAccessList(address common.Address, slot common.Hash) {
	s.WarmSlot(chain.Address(address), chain.Word(slot))
}

func (s *stateDB) RevertToSnapshot(mark int) { s.Revert(mark) }

func (s *stateDB) AddLog(log *types.Log) {
	topics := make([]chain.Hash, len(log.Topics))
	for i, topic := range log.Topics {
		topics[i] = chain.Hash(topic)
	}
	event := chain.Log{Address: chain.Address(log.Address), Topics: topics, Data: log.Data}
	s.EmitLog(event)
	if s.trace != nil {
		s.trace.Log(event)
	}
}

// The interpreter's interface also carries what a block processor of
// go-ethereum needs; the execution room does those steps itself.

func (s *stateDB) Prepare(params.Rules, common.Address, common.Address, *common.Address, []common.Address, types.AccessList) {
}
func (s *stateDB) Finalise(params.Rules) *bal.ConstructionBlockAccessList { return nil }
func (s *stateDB) SetTxContext(common.Hash, int, uint32)                  {}
func (s *stateDB) AddPreimage(common.Hash, []byte)                        {}
func (s *stateDB) Witness() *stateless.Witness                            { return nil }
func (s *stateDB) AccessEvents() *gethstate.AccessEvents                  { return nil }
