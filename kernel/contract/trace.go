package contract

import "github.com/credibleledger/credibleledger/kernel/chain"

// Trace receives what happens inside a transaction, in order. It must not
// change anything. Byte slices are valid during the call only.
type Trace interface {
	// Enter is called when a frame starts, Exit when it ends; they nest.
	Enter(frame Frame)
	// Exit reports the outcome and how much gas the frame used.
	Exit(depth int, outcome Outcome, gasUsed uint64)
	// Step is called before each instruction of a VM that has instructions.
	Step(step Step)
	// Log is called for each event, when it is emitted.
	Log(log chain.Log)
}

// Step is one instruction about to be executed.
type Step struct {
	PC      uint64
	Op      byte
	OpName  string
	Gas     uint64 // left before the instruction
	Cost    uint64
	Depth   int
	Refund  uint64
	Self    chain.Address
	Machine Machine
	Err     error // set when the instruction failed
}

// Machine shows the VM's registers at a Step. All slices are borrowed.
type Machine interface {
	// Stack returns the words on the stack, bottom first.
	Stack() []chain.Word
	// Memory returns the memory.
	Memory() []byte
	// ReturnData returns the output of the last inner frame.
	ReturnData() []byte
}
