package contract

import "github.com/credibleledger/credibleledger/kernel/chain"

// State is the journaled world state of one transaction. Every change can be
// undone back to a Snapshot. Reads see earlier changes of the same transaction.
// Implementations report storage faults by ending the execution with an error of
// their own, never by a wrong value. It is used by one goroutine.
type State interface {
	Accounts
	Storage
	Accesses

	// EmitLog appends an event of the transaction.
	EmitLog(log chain.Log)
	// Refund returns the refund counter; AddRefund and SubRefund change it.
	Refund() uint64
	AddRefund(gas uint64)
	SubRefund(gas uint64)

	// Snapshot returns a mark; Revert undoes everything after it.
	Snapshot() int
	Revert(mark int)
}

// Accounts reads and changes account leaves and code.
type Accounts interface {
	// Exists reports whether the account is in state, even if empty.
	Exists(chain.Address) bool
	// IsEmpty reports emptiness as EIP-161 defines it.
	IsEmpty(chain.Address) bool
	Balance(chain.Address) chain.Word
	// SetBalance replaces the balance. An account with nothing left in it is
	// removed at the end of the transaction.
	SetBalance(chain.Address, chain.Word)
	Nonce(chain.Address) uint64
	SetNonce(chain.Address, uint64)
	// Code returns the code, which must not be changed by the caller.
	Code(chain.Address) []byte
	CodeSize(chain.Address) int
	// CodeHash returns the digest given to SetCode; zero without code.
	CodeHash(chain.Address) chain.Hash
	// SetCode replaces the code. The VM gives the digest, because only it knows
	// by which hash its contracts see code.
	SetCode(owner chain.Address, code []byte, hash chain.Hash)
	// Create marks the address as a contract created in this transaction. What
	// else stood there was checked by the VM (EIP-7610).
	Create(chain.Address)
	// CreatedHere reports whether Create was called in this transaction.
	CreatedHere(chain.Address) bool
	// Destroy removes the account, with whatever it still receives, at the end
	// of the transaction.
	Destroy(chain.Address)
	// Destroyed reports whether Destroy was called in this transaction.
	Destroyed(chain.Address) bool
	// Touch notes that the account was reached, so that it is removed at the end
	// of the transaction when it is empty (EIP-161).
	Touch(chain.Address)
}

// Storage reads and changes the storage of contracts.
type Storage interface {
	// Slot returns the current value; zero when absent.
	Slot(owner chain.Address, slot chain.Word) chain.Word
	// CommittedSlot returns the value before this transaction (EIP-2200).
	CommittedSlot(owner chain.Address, slot chain.Word) chain.Word
	SetSlot(owner chain.Address, slot, value chain.Word)
	// HasStorage reports whether any slot is set (EIP-7610).
	HasStorage(owner chain.Address) bool
	// TransientSlot and SetTransientSlot are EIP-1153 storage.
	TransientSlot(owner chain.Address, slot chain.Word) chain.Word
	SetTransientSlot(owner chain.Address, slot, value chain.Word)
	// Data and SetData hold entries of any length for native modules; an empty
	// value removes the entry.
	Data(owner chain.Address, subkey string) []byte
	SetData(owner chain.Address, subkey string, value []byte)
}

// Accesses is the set of warm addresses and slots (EIP-2929).
type Accesses interface {
	IsWarm(chain.Address) bool
	Warm(chain.Address)
	IsWarmSlot(owner chain.Address, slot chain.Word) bool
	WarmSlot(owner chain.Address, slot chain.Word)
}
