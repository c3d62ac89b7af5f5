package tracer

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// Clean passes a VM's events on to a tracer so that
//   - every instruction comes once, also when it fails while it is executed and
//     the VM therefore reports it again;
//   - every call comes once, also when it crosses from one VM into another, where
//     both report it;
//   - depths count from 0 and frames nest.
func Clean(t Tracer) contract.Trace { return &cleaner{Tracer: t} }

type cleaner struct {
	Tracer
	frames []openFrame
	hidden int // of frames
}

// openFrame is a frame that has been entered and not left.
type openFrame struct {
	code   chain.Address
	hidden bool
	seen   bool // an instruction has been shown
	pc     uint64
	gas    uint64
}

// Enter implements contract.Trace.
func (c *cleaner) Enter(frame contract.Frame) {
	// The caller of a module that is entered from another VM, which may only read it, is
	// not known there: that frame is the one which the other VM has just shown.
	repeated := false
	if n := len(c.frames); n > 0 {
		repeated = frame.Kind == contract.StaticCall && frame.Caller.IsZero() && c.frames[n-1].code == frame.Code
	}
	frame.Depth = len(c.frames) - c.hidden
	c.frames = append(c.frames, openFrame{code: frame.Code, hidden: repeated})
	if repeated {
		c.hidden++
		return
	}
	c.Tracer.Enter(frame)
}

// Exit implements contract.Trace.
func (c *cleaner) Exit(_ int, outcome contract.Outcome, gasUsed uint64) {
	n := len(c.frames)
	if n == 0 {
		return
	}
	last := c.frames[n-1]
	c.frames = c.frames[:n-1]
	if last.hidden {
		c.hidden--
		return
	}
	c.Tracer.Exit(len(c.frames)-c.hidden, outcome, gasUsed)
}

// Step implements contract.Trace.
func (c *cleaner) Step(step contract.Step) {
	if n := len(c.frames); n > 0 {
		frame := &c.frames[n-1]
		if step.Err != nil && frame.seen && frame.pc == step.PC && frame.gas == step.Gas {
			return
		}
		frame.seen, frame.pc, frame.gas = true, step.PC, step.Gas
	}
	c.Tracer.Step(step)
}
