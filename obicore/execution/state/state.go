package state

import (
	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Reader is the state that the overlay stands on; a ledger.View is one.
type Reader interface {
	Get(key chain.StateKey) ([]byte, error)
	Scan(owner chain.Address, space chain.Space, from string, f func(subkey string, value []byte) bool) error
}

// State implements contract.State over a Reader. It serves the transactions of
// one block one after the other: call Finish between them.
type State struct {
	base      Reader
	accounts  map[chain.Address]*account
	journal   [][]change // all but the last full
	large     bool       // the journal has had more than one chunk
	warm      map[chain.Address]struct{}
	allWarm   []chain.Address // beside them, ascending
	warmSlots map[slotKey]struct{}
	transient map[slotKey]chain.Word
	logs      []chain.Log
	refund    uint64
	err       error
}

type slotKey struct {
	owner chain.Address
	slot  chain.Word
}

var _ contract.State = (*State)(nil)

// New returns an overlay without changes.
func New(base Reader) *State {
	return &State{
		base: base, accounts: make(map[chain.Address]*account), warm: make(map[chain.Address]struct{}), warmSlots: make(map[slotKey]struct{}),
	}
}

func (s *State) reset() {
	if s.large { // what has grown is not kept: emptying it takes as long as it is large
		s.journal, s.warm, s.warmSlots, s.large = nil, make(map[chain.Address]struct{}), make(map[slotKey]struct{}), false
	} else if len(s.journal) > 0 {
		s.journal[0] = s.journal[0][:0]
		clear(s.warm)
		clear(s.warmSlots)
	}
	s.allWarm = nil
	s.transient = nil
	s.logs = nil
	s.refund = 0
}

// Err returns the first storage fault.
func (s *State) Err() error { return s.err }

func (s *State) fail(err error) {
	if s.err == nil {
		s.err = err
	}
}

// Logs returns the events of the current transaction.
func (s *State) Logs() []chain.Log { return s.logs }

// EmitLog implements contract.State.
func (s *State) EmitLog(log chain.Log) {
	s.record(change{kind: changedLogs})
	s.logs = append(s.logs, log)
}

// Refund implements contract.State.
func (s *State) Refund() uint64 { return s.refund }

// AddRefund implements contract.State.
func (s *State) AddRefund(gas uint64) {
	s.record(change{kind: changedRefund, number: s.refund})
	s.refund += gas
}

// SubRefund implements contract.State; the counter stops at zero.
func (s *State) SubRefund(gas uint64) {
	s.record(change{kind: changedRefund, number: s.refund})
	s.refund -= min(gas, s.refund)
}

// AddBalance adds to a balance and returns the one before. A balance ends at
// 2^256-1, and what would go beyond is burnt: genesis makes sure that no chain has
// so much, but an edit of a development chain can add to it.
func (s *State) AddBalance(owner chain.Address, amount *uint256.Int) uint256.Int {
	a := s.change(owner)
	before := a.balance
	s.record(change{kind: changedBalance, account: a, word: before.Bytes32()})
	if _, overflow := a.balance.AddOverflow(&a.balance, amount); overflow {
		a.balance.SetAllOne()
	}
	return before
}

// SubBalance subtracts from a balance and returns the one before.
func (s *State) SubBalance(owner chain.Address, amount *uint256.Int) uint256.Int {
	a := s.change(owner)
	before := a.balance
	s.record(change{kind: changedBalance, account: a, word: before.Bytes32()})
	a.balance.Sub(&a.balance, amount)
	return before
}

// BalanceInt returns the balance in the VMs' arithmetic type; it must not be changed.
func (s *State) BalanceInt(owner chain.Address) *uint256.Int { return &s.load(owner).balance }
