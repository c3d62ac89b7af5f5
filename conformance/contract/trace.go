package contract

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

func (b bench) traceRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "trace-nests", Statement: "A trace sees every frame enter and exit, properly nested, at its depth, with no more gas used than given.", Check: b.traceNests},
		{Name: "trace-changes-nothing", Statement: "Outcome, gas, writes and events are the same with and without a trace.", Check: b.traceChangesNothing},
		{Name: "trace-shows-events", Statement: "A trace sees every event that reaches the state, in order.", Check: b.traceShowsEvents},
	}
}

// listener checks what it hears and keeps the gist.
type listener struct {
	open     []contract.Frame
	frames   int
	faults   []string // what is wrong with the trace itself
	events   []chain.Log
	top      contract.Frame
	outcome  contract.Outcome
	used     uint64
	finished bool
}

func (l *listener) wrong(format string, arguments ...any) {
	if len(l.faults) < 10 {
		l.faults = append(l.faults, fmt.Sprintf(format, arguments...))
	}
}

// Enter implements contract.Trace.
func (l *listener) Enter(frame contract.Frame) {
	if frame.Depth != len(l.open) {
		l.wrong("a %s enters at depth %d inside %d frames", frame.Kind, frame.Depth, len(l.open))
	}
	if l.frames == 0 {
		l.top = frame
	} else if len(l.open) == 0 {
		l.wrong("a %s enters outside the first frame", frame.Kind)
	}
	l.frames++
	l.open = append(l.open, frame)
}

// Exit implements contract.Trace.
func (l *listener) Exit(depth int, outcome contract.Outcome, used uint64) {
	last := len(l.open) - 1
	if last < 0 {
		l.wrong("an exit without an entry")
		return
	}
	if depth != last {
		l.wrong("an exit from depth %d where %d frames are open", depth, len(l.open))
	}
	if used > l.open[last].Gas {
		l.wrong("a %s uses %d of %d gas", l.open[last].Kind, used, l.open[last].Gas)
	}
	l.open = l.open[:last]
	if last == 0 {
		outcome.Output = bytes.Clone(outcome.Output)
		l.outcome, l.used, l.finished = outcome, used, true
	}
}

// Step implements contract.Trace.
func (l *listener) Step(step contract.Step) {
	if step.Depth < 0 || step.Depth > len(l.open) {
		l.wrong("a step at depth %d inside %d frames", step.Depth, len(l.open))
	}
	if step.Machine != nil {
		step.Machine.Stack()
		step.Machine.Memory()
		step.Machine.ReturnData()
	}
}

// Log implements contract.Trace.
func (l *listener) Log(log chain.Log) {
	l.events = append(l.events, chain.Log{Address: log.Address, Topics: slices.Clone(log.Topics), Data: bytes.Clone(log.Data)})
}

// traced runs the frame with a listener.
func (s *stage) traced(t conformance.T, frame contract.Frame) (*listener, contract.Outcome) {
	t.Helper()
	l := &listener{}
	s.trace = l
	return l, s.run(t, frame)
}

// check compares what the trace says of the outermost frame with what came of it.
func (l *listener) check(t conformance.T, name string, frame contract.Frame, o contract.Outcome) {
	t.Helper()
	for _, fault := range l.faults {
		t.Errorf("%s: %s", name, fault)
	}
	switch {
	case !l.finished || len(l.open) != 0:
		t.Errorf("%s: %d frames entered and %d have not left", name, l.frames, len(l.open))
	case l.top.Kind != frame.Kind || l.top.Caller != frame.Caller || l.top.Gas != frame.Gas:
		t.Errorf("%s: the first frame is shown as %s from %s with %d gas", name, l.top.Kind, l.top.Caller, l.top.Gas)
	case l.used != frame.Gas-o.GasLeft:
		t.Errorf("%s: the trace says %d gas used, the outcome %d", name, l.used, frame.Gas-o.GasLeft)
	case !errors.Is(o.Err, l.outcome.Err) || !errors.Is(l.outcome.Err, o.Err) || !bytes.Equal(l.outcome.Output, o.Output):
		t.Errorf("%s: the trace says %s, the outcome is %s", name, describe(l.outcome), describe(o))
	}
}

func (b bench) traceNests(t conformance.T) {
	b.each(func(name string, s *stage) {
		for _, frame := range slices.Concat([]contract.Frame{call(1, 2)}, readOnly()[:1]) {
			l, o := s.traced(t, frame)
			l.check(t, name, frame, o)
		}
	})
	s := b.stage()
	s.deploy(subject, b.Samples.Guard(target))
	s.deploy(target, b.Samples.Relay(address(0xe1)))
	s.deploy(address(0xe1), b.Samples.Fault)
	l, o := s.traced(t, call())
	l.check(t, "Guard, Relay, Fault", call(), o)
	if l.frames != 3 {
		t.Errorf("three contracts in a row enter %d frames", l.frames)
	}
	s = b.stage()
	s.deploy(subject, b.Samples.Recurse)
	deep := call()
	deep.Gas = 1 << 50
	l, o = s.traced(t, deep)
	l.check(t, "Recurse", deep, o)
	made := creation(b.Samples.Initcode(b.Samples.Answer))
	l, o = b.stage().traced(t, made)
	l.check(t, "a creation", made, o)
}

func (b bench) traceChangesNothing(t conformance.T) {
	for _, gas := range []uint64{plenty, 25_000, 3_000, 30} {
		type result struct {
			outcome string
			changes []string
		}
		results := make(map[string]result)
		frame := call(1, 2, 3)
		frame.Gas = gas
		b.each(func(name string, s *stage) {
			o := s.run(t, frame)
			results[name] = result{describe(o), s.state.changes()}
		})
		b.each(func(name string, s *stage) {
			_, o := s.traced(t, frame)
			if with := describe(o); with != results[name].outcome || !slices.Equal(s.state.changes(), results[name].changes) {
				t.Errorf("%s, given %d gas: without a trace %s and %q, with it %s and %q",
					name, gas, results[name].outcome, results[name].changes, with, s.state.changes())
			}
		})
	}
}

func (b bench) traceShowsEvents(t conformance.T) {
	s := b.stage()
	s.deploy(subject, b.Samples.Guard(target))
	s.deploy(target, b.Samples.Log)
	l, o := s.traced(t, call())
	if o.Err != nil || len(s.state.logs) != 1 {
		t.Fatalf("Log inside Guard: %s, %d events", describe(o), len(s.state.logs))
	}
	if !slices.EqualFunc(l.events, s.state.logs, equalLogs) {
		t.Errorf("the trace has %v, the state %v", l.events, s.state.logs)
	}
}
