package contract

import (
	"bytes"
	"errors"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

func (b bench) limitRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "depth-is-limited", Statement: "A contract that calls itself without end stops at the depth limit, and the frames around it go on.", Check: b.depthIsLimited},
		{Name: "entry-depth-counts", Statement: "A frame that enters beyond the depth limit is refused with ErrDepth, for it may come from another VM.", Check: b.entryDepthCounts},
		{Name: "code-size-is-limited", Statement: "A creation may leave as much code as the limit says, and ends with a fault beyond.", Check: b.codeSizeIsLimited},
		{Name: "limits-are-the-chains", Statement: "The code size limit is the one of the chain's parameters.", Check: b.limitsAreTheChains},
		{Name: "event-size-is-limited", Statement: "An event with more data than the limit is a fault.", Check: b.eventSizeIsLimited},
	}
}

func (b bench) depthIsLimited(t conformance.T) {
	s := b.stage()
	s.deploy(subject, b.Samples.Recurse)
	frame := call()
	frame.Gas = 1 << 50 // a VM may keep a share of the gas at every level
	o := s.run(t, frame)
	if o.Err != nil {
		t.Fatalf("Recurse: %s", describe(o))
	}
	entered, ok := s.state.Slot(subject, word(1)).Uint64()
	if !ok || entered > s.limits.CallDepth+1 || entered < 2 {
		t.Errorf("%d frames were entered, the depth limit is %d", entered, s.limits.CallDepth)
	}
}

func (b bench) entryDepthCounts(t conformance.T) {
	s := b.stage()
	s.deploy(subject, b.Samples.Store)
	frame := call()
	frame.Depth = int(s.limits.CallDepth)
	if o := s.run(t, frame); o.Err != nil {
		t.Errorf("a frame at depth %d: %s", frame.Depth, describe(o))
	}
	frame.Depth++
	s.state.SetSlot(subject, word(1), chain.Word{})
	if o := s.run(t, frame); !errors.Is(o.Err, contract.ErrDepth) {
		t.Errorf("a frame at depth %d: %s", frame.Depth, describe(o))
	}
	s.untouched(t, "a frame beyond the depth limit")
}

func (b bench) codeSizeIsLimited(t conformance.T) {
	b.checkCodeSize(t, b.stage().limits.CodeBytes)
}

func (b bench) limitsAreTheChains(t conformance.T) { b.checkCodeSize(t, 1000) }

func (b bench) checkCodeSize(t conformance.T, limit uint64) {
	t.Helper()
	for _, size := range []uint64{limit, limit + 1} {
		s := b.stage()
		s.limits.CodeBytes = limit
		code := make([]byte, size)
		copy(code, b.Samples.Answer)
		o := s.run(t, creation(b.Samples.Initcode(code)))
		if size > limit {
			if o.Err == nil || errors.Is(o.Err, contract.ErrRevert) || o.GasLeft != 0 || s.state.CodeSize(o.Created) != 0 {
				t.Errorf("%d bytes of code: %s", size, describe(o))
			}
		} else if o.Err != nil || !bytes.Equal(s.state.Code(o.Created), code) {
			t.Errorf("%d bytes of code: %s", size, describe(o))
		}
	}
}

func (b bench) eventSizeIsLimited(t conformance.T) {
	limit := b.stage().limits.EventBytes
	for _, size := range []uint64{limit, limit + 1} {
		s := b.stage()
		s.deploy(subject, b.Samples.Event(size))
		o := s.run(t, call())
		if size > limit {
			if o.Err == nil || errors.Is(o.Err, contract.ErrRevert) {
				t.Errorf("an event of %d bytes is accepted", size)
			}
			checkGas(t, "an event beyond the limit", plenty, o)
			s.untouched(t, "an event beyond the limit")
		} else if o.Err != nil || len(s.state.logs) != 1 || uint64(len(s.state.logs[0].Data)) != size {
			t.Errorf("an event of %d bytes ends with %v and gives %d events", size, o.Err, len(s.state.logs))
		}
	}
}
