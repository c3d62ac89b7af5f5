package contract

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// recorder is a state that says what has changed since watch was called. What only
// matters within a transaction – warmth and touched accounts – is not a change.
type recorder struct {
	contract.State
	entries map[string]*entry
	logs    []chain.Log
	refund  uint64 // when the watch began
	marks   []recordedMark
}

// entry is one value that was written, whether it changed or not.
type entry struct {
	before string
	read   func() string
}

type recordedMark struct{ state, logs int }

func newRecorder(state contract.State) *recorder {
	return &recorder{State: state, entries: make(map[string]*entry)}
}

// watch forgets what happened before.
func (r *recorder) watch() {
	clear(r.entries)
	r.logs, r.refund = nil, r.Refund()
}

func (r *recorder) note(name string, read func() string) {
	if _, known := r.entries[name]; !known {
		r.entries[name] = &entry{before: read(), read: read}
	}
}

// changes lists what differs from the beginning of the watch, in a fixed order.
func (r *recorder) changes() (list []string) {
	for name, e := range r.entries {
		if now := e.read(); now != e.before {
			list = append(list, fmt.Sprintf("%s: %s → %s", name, e.before, now))
		}
	}
	slices.Sort(list)
	for i, log := range r.logs {
		list = append(list, fmt.Sprintf("event %d: %s %x %s", i, log.Address, log.Topics, short(log.Data)))
	}
	if now := r.Refund(); now != r.refund {
		list = append(list, fmt.Sprintf("refund: %d → %d", r.refund, now))
	}
	return list
}

func (r *recorder) SetBalance(owner chain.Address, balance chain.Word) {
	r.note(fmt.Sprintf("balance of %s", owner), func() string { return r.Balance(owner).String() })
	r.State.SetBalance(owner, balance)
}

func (r *recorder) SetNonce(owner chain.Address, nonce uint64) {
	r.note(fmt.Sprintf("nonce of %s", owner), func() string { return fmt.Sprint(r.Nonce(owner)) })
	r.State.SetNonce(owner, nonce)
}

func (r *recorder) SetCode(owner chain.Address, code []byte, hash chain.Hash) {
	r.note(fmt.Sprintf("code of %s", owner), func() string { return short(r.Code(owner)) + ", hash " + r.CodeHash(owner).String() })
	r.State.SetCode(owner, code, hash)
}

func (r *recorder) Create(owner chain.Address) {
	r.note(fmt.Sprintf("creation of %s", owner), func() string { return fmt.Sprint(r.CreatedHere(owner)) })
	r.State.Create(owner)
}

func (r *recorder) Destroy(owner chain.Address) {
	r.note(fmt.Sprintf("destruction of %s", owner), func() string { return fmt.Sprint(r.Destroyed(owner)) })
	r.State.Destroy(owner)
}

func (r *recorder) SetSlot(owner chain.Address, slot, value chain.Word) {
	r.note(fmt.Sprintf("slot %s of %s", slot, owner), func() string { return r.Slot(owner, slot).String() })
	r.State.SetSlot(owner, slot, value)
}

func (r *recorder) SetTransientSlot(owner chain.Address, slot, value chain.Word) {
	r.note(fmt.Sprintf("transient slot %s of %s", slot, owner), func() string { return r.TransientSlot(owner, slot).String() })
	r.State.SetTransientSlot(owner, slot, value)
}

func (r *recorder) SetData(owner chain.Address, subkey string, value []byte) {
	r.note(fmt.Sprintf("entry %q of %s", subkey, owner), func() string { return short(r.Data(owner, subkey)) })
	r.State.SetData(owner, subkey, value)
}

func (r *recorder) EmitLog(log chain.Log) {
	r.logs = append(r.logs, chain.Log{Address: log.Address, Topics: slices.Clone(log.Topics), Data: slices.Clone(log.Data)})
	r.State.EmitLog(log)
}

func (r *recorder) Snapshot() int {
	r.marks = append(r.marks, recordedMark{state: r.State.Snapshot(), logs: len(r.logs)})
	return len(r.marks) - 1
}

func (r *recorder) Revert(mark int) {
	if mark < 0 || mark >= len(r.marks) {
		return
	}
	r.State.Revert(r.marks[mark].state)
	r.logs = r.logs[:min(len(r.logs), r.marks[mark].logs)]
	r.marks = r.marks[:mark+1]
}
