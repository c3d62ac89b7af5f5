package state_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// model is the state in the plainest form: whole maps, copied at every mark.
type model struct {
	accounts  map[chain.Address]modelAccount
	slots     map[slotOf]chain.Word
	committed map[slotOf]chain.Word
	transient map[slotOf]chain.Word
	data      map[chain.StateKey]string
	warm      map[chain.Address]bool
	warmSlots map[slotOf]bool
	reached   map[chain.Address]bool
	logs      []uint64
	refund    uint64
}

type slotOf struct {
	owner chain.Address
	slot  chain.Word
}

type modelAccount struct {
	exists, created, destroyed bool
	balance                    uint64
	nonce                      uint64
	code                       string
}

func newModel() *model {
	return &model{
		accounts: make(map[chain.Address]modelAccount), slots: make(map[slotOf]chain.Word), committed: make(map[slotOf]chain.Word),
		transient: make(map[slotOf]chain.Word), data: make(map[chain.StateKey]string), warm: make(map[chain.Address]bool),
		warmSlots: make(map[slotOf]bool), reached: make(map[chain.Address]bool),
	}
}

func (m *model) copy() *model {
	return &model{
		accounts: maps.Clone(m.accounts), slots: maps.Clone(m.slots), committed: maps.Clone(m.committed),
		transient: maps.Clone(m.transient), data: maps.Clone(m.data), warm: maps.Clone(m.warm),
		warmSlots: maps.Clone(m.warmSlots), reached: maps.Clone(m.reached), logs: slices.Clone(m.logs), refund: m.refund,
	}
}

func (m *model) change(owner chain.Address, f func(a *modelAccount)) {
	a := m.accounts[owner]
	a.exists = true
	f(&a)
	m.accounts[owner] = a
	m.reached[owner] = true
}

// finish removes destroyed and empty accounts that were reached.
func (m *model) finish() {
	for owner := range m.reached {
		a := m.accounts[owner]
		if a.destroyed {
			maps.DeleteFunc(m.slots, func(key slotOf, _ chain.Word) bool { return key.owner == owner })
		}
		if a.destroyed || a.balance == 0 && a.nonce == 0 && a.code == "" {
			delete(m.accounts, owner)
			continue
		}
		a.created, a.destroyed = false, false
		m.accounts[owner] = a
	}
	m.committed = maps.Clone(m.slots)
	clear(m.transient)
	clear(m.warm)
	clear(m.warmSlots)
	clear(m.reached)
	m.logs, m.refund = nil, 0
}

// flat is what a ledger must hold for the model.
func (m *model) flat() base {
	b := base{}
	for owner, a := range m.accounts {
		account := chain.Account{Nonce: a.nonce, Balance: word(a.balance), CodeHash: hashOf([]byte(a.code))}
		b[chain.AccountKey(owner)] = account.Encode()
		if a.code != "" {
			b[chain.CodeKey(owner)] = []byte(a.code)
		}
	}
	for key, value := range m.slots {
		if !value.IsZero() {
			b[chain.StorageKey(key.owner, key.slot)] = value.Big().Bytes()
		}
	}
	for key, value := range m.data {
		if value != "" {
			b[key] = []byte(value)
		}
	}
	return b
}

// step makes one random change in both.
func step(random *rand.Rand, s *state.State, m *model) {
	owner, slot, value := address(byte(random.IntN(4)+1)), word(uint64(random.IntN(3))), uint64(random.IntN(3))
	key := slotOf{owner, slot}
	switch random.IntN(14) {
	case 0:
		s.SetBalance(owner, word(value))
		m.change(owner, func(a *modelAccount) { a.balance = value })
	case 1:
		s.SetNonce(owner, value)
		m.change(owner, func(a *modelAccount) { a.nonce = value })
	case 2:
		code := []byte{1, 2}[:value]
		s.SetCode(owner, code, hashOf(code))
		m.change(owner, func(a *modelAccount) { a.code = string(code) })
	case 3:
		s.Create(owner)
		m.change(owner, func(a *modelAccount) { a.created = true })
	case 4:
		if random.IntN(4) == 0 {
			s.Destroy(owner)
			m.change(owner, func(a *modelAccount) { a.destroyed = true })
		}
	case 5:
		s.Touch(owner)
		m.change(owner, func(*modelAccount) {})
	case 6, 7, 8:
		s.SetSlot(owner, slot, word(value))
		if m.slots[key] != word(value) {
			m.change(owner, func(*modelAccount) {})
		}
		m.slots[key] = word(value)
	case 9:
		s.SetTransientSlot(owner, slot, word(value))
		m.transient[key] = word(value)
	case 10:
		text := "abc"[:value]
		s.SetData(owner, "entry", []byte(text))
		m.change(owner, func(*modelAccount) {})
		m.data[dataKey(owner, "entry")] = text
	case 11:
		s.WarmSlot(owner, slot)
		m.warm[owner], m.warmSlots[key] = true, true
	case 12:
		s.Warm(owner)
		m.warm[owner] = true
	case 13:
		s.EmitLog(chain.Log{Topics: []chain.Hash{chain.Hash(word(value))}})
		m.logs = append(m.logs, value)
		s.AddRefund(value)
		s.SubRefund(1)
		if m.refund += value; m.refund > 0 {
			m.refund--
		}
	}
}

func TestTheJournalBehavesLikeWholeCopies(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 0x57a7e))
		ledger, m := base{}, newModel()
		for range 4 { // blocks
			s := state.New(ledger)
			next := maps.Clone(ledger)
			for range 4 { // transactions
				runTransaction(t, seed, random, s, m)
				m.finish()
				checkWrites(t, seed, next, s.Finish(), m)
				compareReads(t, seed, s, m)
			}
			wantNoFault(t, s)
			ledger = next
		}
	}
}

// runTransaction steps both, with nested marks that are reverted or forgotten.
func runTransaction(t *testing.T, seed uint64, random *rand.Rand, s *state.State, m *model) {
	t.Helper()
	type mark struct {
		number int
		model  *model
	}
	var marks []mark
	for range 30 {
		switch last := len(marks) - 1; {
		case random.IntN(5) == 0:
			marks = append(marks, mark{s.Snapshot(), m.copy()})
		case last >= 0 && random.IntN(8) == 0:
			s.Revert(marks[last].number)
			*m = *marks[last].model
			marks = marks[:last]
			compareReads(t, seed, s, m)
		case last >= 0 && random.IntN(8) == 0:
			marks = marks[:last]
		default:
			step(random, s, m)
		}
	}
	compareReads(t, seed, s, m)
}

// checkWrites checks that the write set is exact: in strict order, no entry that
// is not a change, and none missing.
func checkWrites(t *testing.T, seed uint64, ledger base, writes []chain.Write, m *model) {
	t.Helper()
	for i, write := range writes {
		if i > 0 && writes[i-1].Key.Compare(write.Key) >= 0 {
			t.Fatalf("seed %d: write %d is out of order", seed, i)
		}
		if string(ledger[write.Key]) == string(write.Value) {
			t.Fatalf("seed %d: %v is written and has not changed", seed, write.Key)
		}
	}
	ledger.apply(writes)
	want := m.flat()
	for key, value := range want {
		if string(ledger[key]) != string(value) {
			t.Fatalf("seed %d: %v is %x, want %x", seed, key, ledger[key], value)
		}
	}
	for key, value := range ledger {
		if _, ok := want[key]; !ok {
			t.Fatalf("seed %d: %v is %x, want nothing", seed, key, value)
		}
	}
}

// compareReads reads everything that can be read in both.
func compareReads(t *testing.T, seed uint64, s *state.State, m *model) {
	t.Helper()
	for n := range byte(6) {
		owner, a := address(n), m.accounts[address(n)]
		empty := a.balance == 0 && a.nonce == 0 && a.code == ""
		if s.Exists(owner) != a.exists || s.IsEmpty(owner) != empty || s.Balance(owner) != word(a.balance) || s.Nonce(owner) != a.nonce ||
			string(s.Code(owner)) != a.code || s.CodeSize(owner) != len(a.code) || s.CodeHash(owner) != hashOf([]byte(a.code)) ||
			s.CreatedHere(owner) != a.created || s.Destroyed(owner) != a.destroyed || s.IsWarm(owner) != m.warm[owner] ||
			string(s.Data(owner, "entry")) != m.data[dataKey(owner, "entry")] {
			t.Fatalf("seed %d: account %s differs from %+v", seed, owner, a)
		}
		compareSlots(t, seed, s, m, owner)
	}
	if s.Refund() != m.refund || len(s.Logs()) != len(m.logs) {
		t.Fatalf("seed %d: refund %d and %d logs, want %d and %d", seed, s.Refund(), len(s.Logs()), m.refund, len(m.logs))
	}
	for i, log := range s.Logs() {
		if log.Topics[0] != chain.Hash(word(m.logs[i])) {
			t.Fatalf("seed %d: log %d differs", seed, i)
		}
	}
}

func compareSlots(t *testing.T, seed uint64, s *state.State, m *model, owner chain.Address) {
	t.Helper()
	stored := false
	for n := range uint64(4) {
		key := slotOf{owner, word(n)}
		stored = stored || !m.slots[key].IsZero()
		if s.Slot(owner, key.slot) != m.slots[key] || s.CommittedSlot(owner, key.slot) != m.committed[key] ||
			s.TransientSlot(owner, key.slot) != m.transient[key] || s.IsWarmSlot(owner, key.slot) != m.warmSlots[key] {
			t.Fatalf("seed %d: slot %d of %s differs", seed, n, owner)
		}
	}
	if s.HasStorage(owner) != stored {
		t.Fatalf("seed %d: HasStorage of %s is %t", seed, owner, !stored)
	}
}
