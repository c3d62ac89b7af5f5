package tracer

import (
	"encoding/json"
	"errors"
	"maps"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// StepOptions say what struct logs show. The names are go-ethereum's.
type StepOptions struct {
	EnableMemory     bool `json:"enableMemory"`
	DisableStack     bool `json:"disableStack"`
	DisableStorage   bool `json:"disableStorage"`
	EnableReturnData bool `json:"enableReturnData"`
	Limit            int  `json:"limit"` // bytes of steps after which no more are shown; 0 = all
}

// stepView is one struct log as clients see it.
type stepView struct {
	PC         uint64                    `json:"pc"`
	Op         string                    `json:"op"`
	Gas        uint64                    `json:"gas"`
	GasCost    uint64                    `json:"gasCost"`
	Depth      int                       `json:"depth"`
	Error      string                    `json:"error,omitempty"`
	Stack      *[]quantity.Word          `json:"stack,omitempty"`
	ReturnData quantity.Bytes            `json:"returnData,omitempty"`
	Memory     []chain.Hash              `json:"memory,omitempty"`
	Storage    map[chain.Hash]chain.Hash `json:"storage,omitempty"`
	Refund     uint64                    `json:"refund,omitempty"`
}

// stepsView is the answer.
type stepsView struct {
	Gas         uint64            `json:"gas"`
	Failed      bool              `json:"failed"`
	ReturnValue quantity.Bytes    `json:"returnValue"`
	StructLogs  []json.RawMessage `json:"structLogs"`
	VoidReason  *quantity.Uint64  `json:"voidReason,omitempty"`
}

// steps makes struct logs: one entry for each instruction.
type steps struct {
	nothing
	options StepOptions
	budget  *Budget
	scene   Scene
	storage map[chain.Address]map[chain.Hash]chain.Hash // read or written so far
	size    int
	view    stepsView
}

func newSteps(options StepOptions, budget *Budget) *steps {
	return &steps{
		options: options, budget: budget, storage: make(map[chain.Address]map[chain.Hash]chain.Hash),
		view: stepsView{StructLogs: []json.RawMessage{}},
	}
}

// Begin implements Tracer.
func (s *steps) Begin(scene Scene) { s.scene = scene }

// Step implements contract.Trace.
func (s *steps) Step(step contract.Step) {
	if s.budget.spent || s.options.Limit > 0 && s.size > s.options.Limit {
		return
	}
	view := stepView{
		PC: step.PC, Op: step.OpName, Gas: step.Gas, GasCost: step.Cost, Depth: step.Depth, Refund: step.Refund,
	}
	if step.Err != nil {
		view.Error = step.Err.Error()
	}
	if !s.options.DisableStack {
		stack := viewWords(step.Machine.Stack())
		view.Stack = &stack
	}
	if s.options.EnableMemory {
		view.Memory = viewMemory(step.Machine.Memory())
	}
	if s.options.EnableReturnData {
		view.ReturnData = step.Machine.ReturnData()
	}
	if !s.options.DisableStorage && step.Err == nil {
		view.Storage = s.touch(step)
	}
	entry, err := json.Marshal(&view)
	if err != nil || !s.budget.take(len(entry)) {
		return
	}
	s.size += len(entry)
	s.view.StructLogs = append(s.view.StructLogs, entry)
}

// touch notes the slot that an instruction reads or writes and returns all slots
// of the contract that have been touched, nil for other instructions.
func (s *steps) touch(step contract.Step) map[chain.Hash]chain.Hash {
	if step.OpName != "SLOAD" && step.OpName != "SSTORE" {
		return nil
	}
	stack := step.Machine.Stack()
	n := len(stack)
	if n == 0 || step.OpName == "SSTORE" && n < 2 {
		return nil
	}
	slots := s.storage[step.Self]
	if slots == nil {
		slots = make(map[chain.Hash]chain.Hash)
		s.storage[step.Self] = slots
	}
	if step.OpName == "SLOAD" {
		slots[chain.Hash(stack[n-1])] = chain.Hash(s.scene.World.Slot(step.Self, stack[n-1]))
	} else {
		slots[chain.Hash(stack[n-1])] = chain.Hash(stack[n-2])
	}
	return maps.Clone(slots)
}

func viewWords(words []chain.Word) []quantity.Word {
	views := make([]quantity.Word, len(words))
	for i := range words {
		views[i] = quantity.Word(words[i])
	}
	return views
}

func viewMemory(memory []byte) []chain.Hash {
	views := make([]chain.Hash, (len(memory)+chain.HashSize-1)/chain.HashSize)
	for i := range views {
		copy(views[i][:], memory[i*chain.HashSize:])
	}
	return views
}

// End implements Tracer.
func (s *steps) End(run *execution.Run) {
	s.view.Gas, s.view.Failed = run.GasUsed, run.Fault != nil
	if run.Fault == nil || errors.Is(run.Fault, contract.ErrRevert) {
		s.view.ReturnValue = run.Output
	}
}

// Void implements Tracer.
func (s *steps) Void(refused *execution.InvalidError) {
	reason := quantity.Uint64(refused.Reason)
	s.view.Failed, s.view.VoidReason = true, &reason
}

// Result implements Tracer.
func (s *steps) Result() any { return &s.view }
