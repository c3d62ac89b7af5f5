package tracer

import (
	"encoding/json"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// prestateOptions are the tracerConfig of prestateTracer.
type prestateOptions struct {
	DiffMode       bool `json:"diffMode"`       // show what changed, before and after
	DisableCode    bool `json:"disableCode"`    // leave out code
	DisableStorage bool `json:"disableStorage"` // leave out slots
	IncludeEmpty   bool `json:"includeEmpty"`   // show accounts that did not exist
}

// accountView is an account as clients see it.
type accountView struct {
	Balance  *quantity.Word            `json:"balance,omitempty"`
	Code     *quantity.Bytes           `json:"code,omitempty"`
	CodeHash *chain.Hash               `json:"codeHash,omitempty"`
	Nonce    uint64                    `json:"nonce,omitempty"`
	Storage  map[chain.Hash]chain.Hash `json:"storage,omitempty"`

	empty bool
}

// accountSize and slotSize are about what an encoded account and slot take.
const (
	accountSize = 250
	slotSize    = 140
)

// diffView is the answer in diff mode.
type diffView struct {
	Post map[chain.Address]*accountView `json:"post"`
	Pre  map[chain.Address]*accountView `json:"pre"`
}

// prestate is the prestateTracer: it shows the accounts and slots that a message
// touches as they were before it.
type prestate struct {
	nothing
	options prestateOptions
	budget  *Budget
	scene   Scene
	pre     map[chain.Address]*accountView
	post    map[chain.Address]*accountView
	deleted map[chain.Address]bool
}

func newPrestate(config json.RawMessage, budget *Budget) (Tracer, error) {
	p := &prestate{
		budget: budget, pre: make(map[chain.Address]*accountView),
		post: make(map[chain.Address]*accountView), deleted: make(map[chain.Address]bool),
	}
	if err := decode(config, &p.options); err != nil {
		return nil, err
	}
	if p.options.DiffMode && p.options.IncludeEmpty {
		return nil, fmt.Errorf("%w: cannot use diffMode with includeEmpty", ErrConfig)
	}
	return p, nil
}

// Begin implements Tracer: it notes what a message touches in any case.
func (p *prestate) Begin(scene Scene) {
	p.scene = scene
	m := scene.Message
	for i := range m.Calls {
		if to := m.Calls[i].To; to != nil {
			p.reach(*to)
			continue
		}
		p.note(ethereum.ContractAddress(m.Sender, scene.World.Nonce(m.Sender), keccak.Keccak256))
	}
	p.note(m.Sender)
	p.note(m.Payer)
	p.note(scene.Block.Coinbase)
	p.note(scene.Block.FeeAccount)
	for i := range m.Delegate {
		if m.Delegate[i].Valid {
			p.note(m.Delegate[i].Authority)
		}
	}
}

// reach notes an account that is called, and the one whose code it delegates to
// (EIP-7702).
func (p *prestate) reach(owner chain.Address) {
	p.note(owner)
	if target, ok := chain.ParseDelegation(p.scene.World.Code(owner)); ok {
		p.note(target)
	}
}

// note keeps an account as it is now, once.
func (p *prestate) note(owner chain.Address) *accountView {
	if view, ok := p.pre[owner]; ok {
		return view
	}
	world := p.scene.World
	code, balance := quantity.Bytes(world.Code(owner)), quantity.Word(world.Balance(owner))
	view := &accountView{Balance: &balance, Nonce: world.Nonce(owner)}
	view.empty = len(code) == 0 && view.Nonce == 0 && balance.Value().IsZero()
	if hash := world.CodeHash(owner); !hash.IsZero() {
		view.CodeHash = &hash
	}
	size := accountSize
	if len(code) > 0 && !p.options.DisableCode {
		view.Code = &code
		size += 2 * len(code)
	}
	if !p.options.DisableStorage {
		view.Storage = make(map[chain.Hash]chain.Hash)
	}
	if p.budget.take(size) {
		p.pre[owner] = view
	}
	return view
}

// noteSlot keeps a slot as it is now, once.
func (p *prestate) noteSlot(owner chain.Address, slot chain.Word) {
	view := p.note(owner)
	if view.Storage == nil {
		return
	}
	if _, known := view.Storage[chain.Hash(slot)]; !known && p.budget.take(slotSize) {
		view.Storage[chain.Hash(slot)] = chain.Hash(p.scene.World.Slot(owner, slot))
	}
}

// Step implements contract.Trace.
func (p *prestate) Step(step contract.Step) {
	if step.Err != nil || p.budget.spent {
		return
	}
	switch step.OpName {
	case "SLOAD", "SSTORE":
		if slot, ok := fromTop(step, 1); ok {
			p.noteSlot(step.Self, slot)
		}
	case "EXTCODECOPY", "EXTCODEHASH", "EXTCODESIZE", "BALANCE", "SELFDESTRUCT":
		if owner, ok := fromTop(step, 1); ok {
			p.note(addressIn(owner))
			if step.OpName == "SELFDESTRUCT" && p.scene.World.CreatedHere(step.Self) {
				p.deleted[step.Self] = true // EIP-6780
			}
		}
	case "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL":
		if target, ok := fromTop(step, 2); ok {
			p.reach(addressIn(target))
		}
	case "CREATE":
		p.note(ethereum.ContractAddress(step.Self, p.scene.World.Nonce(step.Self), keccak.Keccak256))
	case "CREATE2":
		p.noteCreate2(step)
	}
}

func (p *prestate) noteCreate2(step contract.Step) {
	stack := step.Machine.Stack()
	n := len(stack)
	if n < 4 {
		return
	}
	initcode, ok := padded(step.Machine.Memory(), stack[n-2], stack[n-3])
	if !ok {
		return // larger than initcode may be: the instruction fails
	}
	p.note(ethereum.Create2Address(step.Self, chain.Hash(stack[n-4]), keccak.Keccak256(initcode), keccak.Keccak256))
}

// End implements Tracer.
func (p *prestate) End(*execution.Run) {
	if p.options.DiffMode {
		p.compare()
	}
	if p.options.IncludeEmpty {
		return
	}
	for owner, view := range p.pre {
		if view.empty {
			delete(p.pre, owner)
		}
	}
}

// Void implements Tracer: nothing was touched.
func (p *prestate) Void(*execution.InvalidError) { clear(p.pre) }

// Result implements Tracer.
func (p *prestate) Result() any {
	if p.options.DiffMode {
		return &diffView{Post: p.post, Pre: p.pre}
	}
	return p.pre
}
