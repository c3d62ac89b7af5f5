package tracer

import (
	"bytes"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/api/revert"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// callOptions are the tracerConfig of callTracer.
type callOptions struct {
	OnlyTopCall bool `json:"onlyTopCall"` // leave out inner calls
	WithLog     bool `json:"withLog"`     // show events
}

// callView is one call as clients see it.
type callView struct {
	From         chain.Address   `json:"from"`
	Gas          quantity.Uint64 `json:"gas"`
	GasUsed      quantity.Uint64 `json:"gasUsed"`
	To           *chain.Address  `json:"to,omitempty"`
	Input        quantity.Bytes  `json:"input"`
	Output       quantity.Bytes  `json:"output,omitempty"`
	Error        string          `json:"error,omitempty"`
	RevertReason string          `json:"revertReason,omitempty"`
	Calls        []*callView     `json:"calls,omitempty"`
	Logs         []callLogView   `json:"logs,omitempty"`
	Value        *quantity.Word  `json:"value,omitempty"`
	Type         string          `json:"type"`

	created bool // by CREATE or CREATE2
	emitted int  // events in the call and below it that have not been undone
}

// callLogView is one event of a call; Position counts the inner calls before it.
type callLogView struct {
	Address  chain.Address   `json:"address"`
	Topics   []chain.Hash    `json:"topics"`
	Data     quantity.Bytes  `json:"data"`
	Index    quantity.Uint64 `json:"index"`
	Position quantity.Uint64 `json:"position"`
}

// About what the encoding of a call and of an event takes without their data.
const (
	callSize = 300
	logSize  = 250
)

// calls is the callTracer.
type calls struct {
	nothing
	options *callOptions
	budget  *Budget
	scene   Scene
	open    []*callView
	skipped int         // open frames that are not shown
	top     []*callView // finished frames of depth 0
	logs    int         // events of the message so far that have not been undone
}

func newCalls(options *callOptions, budget *Budget) *calls {
	return &calls{options: options, budget: budget}
}

// Begin implements Tracer.
func (c *calls) Begin(scene Scene) { c.scene = scene }

// Enter implements contract.Trace.
func (c *calls) Enter(frame contract.Frame) {
	if c.skipped > 0 || c.options.OnlyTopCall && frame.Depth > 0 || !c.budget.take(callSize+2*len(frame.Input)) {
		c.skipped++
		return
	}
	to := frame.Code
	view := &callView{
		From: frame.Caller, Gas: quantity.Uint64(frame.Gas), To: &to, Input: bytes.Clone(frame.Input), Type: frame.Kind.String(),
		created: frame.Kind == contract.Create || frame.Kind == contract.Create2,
	}
	if frame.Kind != contract.StaticCall {
		value := quantity.Word(frame.Value)
		view.Value = &value
	}
	if frame.Depth == 0 {
		view.Gas = quantity.Uint64(c.scene.Message.Gas)
	}
	c.open = append(c.open, view)
}

// Exit implements contract.Trace.
func (c *calls) Exit(_ int, outcome contract.Outcome, gasUsed uint64) {
	if c.skipped > 0 {
		c.skipped--
		return
	}
	n := len(c.open)
	if n == 0 {
		return
	}
	view := c.open[n-1]
	c.open = c.open[:n-1]
	view.GasUsed = quantity.Uint64(gasUsed)
	c.close(view, outcome)
	if n == 1 {
		c.top = append(c.top, view)
		return
	}
	parent := c.open[n-2]
	parent.Calls = append(parent.Calls, view)
	parent.emitted += view.emitted
}

// close fills in what the frame came to.
func (c *calls) close(view *callView, outcome contract.Outcome) {
	if outcome.Err == nil {
		if c.budget.take(2 * len(outcome.Output)) {
			view.Output = bytes.Clone(outcome.Output)
		}
		return
	}
	view.Error = outcome.Err.Error()
	c.logs -= view.emitted
	view.emitted = 0
	if view.created {
		view.To = nil
	}
	if errors.Is(outcome.Err, contract.ErrRevert) && len(outcome.Output) > 0 && c.budget.take(2*len(outcome.Output)) {
		view.Output = bytes.Clone(outcome.Output)
		view.RevertReason = revert.Reason(outcome.Output)
	}
}

// Log implements contract.Trace.
func (c *calls) Log(log chain.Log) {
	if !c.options.WithLog || c.skipped > 0 || len(c.open) == 0 || !c.budget.take(logSize+2*len(log.Data)) {
		return
	}
	view := c.open[len(c.open)-1]
	topics := log.Topics
	if topics == nil {
		topics = []chain.Hash{}
	}
	view.Logs = append(view.Logs, callLogView{
		Address: log.Address, Topics: topics, Data: bytes.Clone(log.Data),
		Index: quantity.Uint64(c.scene.FirstLog + c.logs), Position: quantity.Uint64(len(view.Calls)),
	})
	c.logs++
	view.emitted++
}

// End implements Tracer.
func (c *calls) End(run *execution.Run) {
	c.group(run.Fault)
	c.top[0].GasUsed = quantity.Uint64(run.GasUsed)
	c.top[0].dropLogs(false)
}

// dropLogs removes the events of calls that failed.
func (v *callView) dropLogs(failed bool) {
	failed = failed || v.Error != ""
	if failed {
		v.Logs = nil
	}
	for _, call := range v.Calls {
		call.dropLogs(failed)
	}
}

// group puts the calls of a bundle, which have no common frame, under one.
func (c *calls) group(fault error) {
	if len(c.top) == 1 && len(c.scene.Message.Calls) == 1 {
		return
	}
	whole := c.whole()
	whole.Calls = c.top
	if fault != nil {
		whole.Error = fault.Error()
	}
	c.top = []*callView{whole}
}

// whole shows the message itself as a call.
func (c *calls) whole() *callView {
	m := c.scene.Message
	sum, _ := m.Value()
	value := quantity.Word(sum)
	view := &callView{From: m.Sender, Gas: quantity.Uint64(m.Gas), Value: &value, Type: bundleType}
	if len(m.Calls) == 1 {
		view.To, view.Input, view.Type = m.Calls[0].To, m.Calls[0].Input, contract.Call.String()
		if m.Calls[0].To == nil {
			view.Type = contract.Create.String()
		}
	}
	return view
}

// bundleType is shown as the type of a bundle of calls, which Ethereum does not
// have.
const bundleType = "BUNDLE"

// Void implements Tracer.
func (c *calls) Void(refused *execution.InvalidError) {
	whole := c.whole()
	whole.Error = voidPrefix + refused.Error()
	c.top = []*callView{whole}
}

// voidPrefix starts the error of a transaction that was ordered but could not
// start.
const voidPrefix = "void transaction: "

// Result implements Tracer.
func (c *calls) Result() any { return c.top[0] }
