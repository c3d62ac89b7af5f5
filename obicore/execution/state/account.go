package state

import (
	"fmt"

	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// account is one account as the current transaction sees it, beside what it
// was before the transaction.
type account struct {
	address  chain.Address
	exists   bool
	nonce    uint64
	balance  uint256.Int
	codeHash chain.Hash
	code     []byte
	hasCode  bool // code has been read or set

	created   bool
	destroyed bool
	reached   bool // by a change that has been looked at

	slots      map[chain.Word]chain.Word // changed in this transaction
	committed  map[chain.Word]chain.Word // values before this transaction, as far as read
	data       map[string][]byte
	dataBefore map[string][]byte

	before leaf
}

// leaf is an account leaf and whether it is stored.
type leaf struct {
	stored bool
	value  chain.Account
}

func (a *account) leaf() chain.Account {
	return chain.Account{Nonce: a.nonce, Balance: a.balance.Bytes32(), CodeHash: a.codeHash}
}

func (a *account) empty() bool {
	return a.nonce == 0 && a.balance.IsZero() && a.codeHash.IsZero()
}

// load returns the account, reading it from the base on first use.
func (s *State) load(owner chain.Address) *account {
	if a, ok := s.accounts[owner]; ok {
		return a
	}
	a := &account{address: owner}
	s.accounts[owner] = a
	value, err := s.base.Get(chain.AccountKey(owner))
	if err != nil {
		s.fail(err)
		return a
	}
	if value == nil {
		return a
	}
	decoded, err := chain.DecodeAccount(value)
	if err != nil {
		s.fail(fmt.Errorf("account %s: %w", owner, err))
		return a
	}
	a.before = leaf{stored: true, value: decoded}
	a.exists, a.nonce, a.codeHash = true, decoded.Nonce, decoded.CodeHash
	a.balance.SetBytes32(decoded.Balance[:])
	return a
}

// change returns the account for a modification: it exists from now on. The
// caller records the change, by which the end of the transaction finds it.
func (s *State) change(owner chain.Address) *account {
	a := s.load(owner)
	if !a.exists {
		s.record(change{kind: changedExistence, account: a})
		a.exists = true
	}
	return a
}

// Exists implements contract.Accounts.
func (s *State) Exists(owner chain.Address) bool { return s.load(owner).exists }

// IsEmpty implements contract.Accounts.
func (s *State) IsEmpty(owner chain.Address) bool { return s.load(owner).empty() }

// Balance implements contract.Accounts.
func (s *State) Balance(owner chain.Address) chain.Word { return s.load(owner).balance.Bytes32() }

// SetBalance implements contract.Accounts.
func (s *State) SetBalance(owner chain.Address, balance chain.Word) {
	a := s.change(owner)
	s.record(change{kind: changedBalance, account: a, word: a.balance.Bytes32()})
	a.balance.SetBytes32(balance[:])
}

// Nonce implements contract.Accounts.
func (s *State) Nonce(owner chain.Address) uint64 { return s.load(owner).nonce }

// SetNonce implements contract.Accounts.
func (s *State) SetNonce(owner chain.Address, nonce uint64) {
	a := s.change(owner)
	s.record(change{kind: changedNonce, account: a, number: a.nonce})
	a.nonce = nonce
}

// Code implements contract.Accounts.
func (s *State) Code(owner chain.Address) []byte {
	a := s.load(owner)
	if a.hasCode || a.codeHash.IsZero() {
		return a.code
	}
	code, err := s.base.Get(chain.CodeKey(owner))
	if err == nil && code == nil {
		err = fmt.Errorf("code of %s is missing", owner)
	}
	if err != nil {
		s.fail(err)
		return nil
	}
	a.code, a.hasCode = code, true
	return code
}

// CodeSize implements contract.Accounts.
func (s *State) CodeSize(owner chain.Address) int { return len(s.Code(owner)) }

// CodeHash implements contract.Accounts.
func (s *State) CodeHash(owner chain.Address) chain.Hash { return s.load(owner).codeHash }

// SetCode implements contract.Accounts. Empty code takes the zero hash.
func (s *State) SetCode(owner chain.Address, code []byte, hash chain.Hash) {
	s.Code(owner) // so that the journal can put it back
	a := s.change(owner)
	s.record(change{kind: changedCode, account: a, entry: &entry{value: a.code, hash: a.codeHash}})
	if len(code) == 0 {
		code, hash = nil, chain.Hash{}
	}
	a.code, a.hasCode, a.codeHash = code, true, hash
}

// Create implements contract.Accounts.
func (s *State) Create(owner chain.Address) {
	a := s.change(owner)
	if !a.created {
		s.record(change{kind: changedCreated, account: a})
		a.created = true
	}
}

// CreatedHere implements contract.Accounts.
func (s *State) CreatedHere(owner chain.Address) bool { return s.load(owner).created }

// Destroy implements contract.Accounts.
func (s *State) Destroy(owner chain.Address) {
	a := s.change(owner)
	if !a.destroyed {
		s.record(change{kind: changedDestroyed, account: a})
		a.destroyed = true
	}
}

// Destroyed implements contract.Accounts.
func (s *State) Destroyed(owner chain.Address) bool { return s.load(owner).destroyed }

// Touch implements contract.Accounts.
func (s *State) Touch(owner chain.Address) {
	s.record(change{kind: changedNothing, account: s.change(owner)})
}
