package contract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// stopTime bounds the wait for a cancelled query; it only catches VMs that hang.
const stopTime = 30 * time.Second

// garbageRounds is how many random programs a VM has to survive.
const garbageRounds = 3_000

func (b bench) hostileRules() []conformance.Rule {
	return []conformance.Rule{
		{Name: "cancelled-query-stops", Statement: "When its context ends, a program that never ends stops with the context's error.", Check: b.cancelledQueryStops},
		{Name: "garbage-is-harmless", Statement: "No code and no input makes a VM panic, keep gas after a fault or change anything in a frame that fails.", Check: b.garbageIsHarmless},
	}
}

var errCancelled = errors.New("the client has gone")

func (b bench) cancelledQueryStops(t conformance.T) {
	for _, early := range []bool{true, false} {
		s := b.stage()
		s.deploy(subject, b.Samples.Loop)
		ctx, cancel := context.WithCancelCause(context.Background())
		if early {
			cancel(errCancelled)
		}
		frame := call()
		frame.Gas = 1 << 62
		ended := make(chan contract.Outcome, 1)
		session, err := s.machine.Begin(s, s.Rules)
		if err != nil {
			t.Fatalf("begin: %v", err)
		}
		go func() {
			defer session.Close()
			ended <- session.Run(ctx, frame)
		}()
		cancel(errCancelled)
		bound := time.NewTimer(stopTime)
		select {
		case o := <-ended:
			if !errors.Is(o.Err, errCancelled) && !errors.Is(o.Err, context.Canceled) {
				t.Errorf("the query ends with %v", o.Err)
			}
		case <-bound.C:
			t.Fatalf("the query has not stopped after %s", stopTime)
		}
		bound.Stop()
	}
}

func (b bench) garbageIsHarmless(t conformance.T) {
	programs := b.Samples.programs()
	for seed := range uint64(garbageRounds) {
		random := randomness(seed)
		code := garbage(random, programs)
		frame := garbageFrame(random, code)
		s := b.stage()
		s.deploy(subject, code)
		s.deploy(target, garbage(random, programs))
		o, cause := s.survive(t, frame)
		what := fmt.Sprintf("seed %d, a %s of code %x", seed, frame.Kind, code)
		if cause != nil {
			t.Fatalf("%s: panic: %v", what, cause)
		}
		checkGas(t, what, frame.Gas, o)
		creates := frame.Kind == contract.Create || frame.Kind == contract.Create2
		if o.Err != nil && !creates {
			s.untouched(t, what)
		}
	}
}

// survive runs the frame and catches a panic.
func (s *stage) survive(t conformance.T, frame contract.Frame) (o contract.Outcome, cause any) {
	session, err := s.machine.Begin(s, s.Rules)
	if err != nil {
		t.Fatalf("begin: %v", err)
	}
	s.state.watch()
	defer func() { cause = recover() }()
	defer session.Close()
	return session.Run(context.Background(), frame), nil
}

// garbage returns random bytes, or a sample with a few bytes changed, cut or doubled.
func garbage(random *rand.Rand, programs []sample) []byte {
	if random.IntN(2) == 0 {
		code := make([]byte, random.IntN(200))
		for i := range code {
			code[i] = byte(random.Uint32())
		}
		return code
	}
	code := bytes.Clone(programs[random.IntN(len(programs))].code)
	for range random.IntN(4) {
		if len(code) > 0 {
			code[random.IntN(len(code))] = byte(random.Uint32())
		}
	}
	switch random.IntN(4) {
	case 0:
		code = code[:random.IntN(len(code)+1)]
	case 1:
		code = append(code, code...)
	}
	return code
}

func garbageFrame(random *rand.Rand, code []byte) contract.Frame {
	input := make([]byte, random.IntN(300))
	for i := range input {
		input[i] = byte(random.Uint32())
	}
	frame := call(input...)
	frame.Gas = random.Uint64N(200_000)
	frame.Value = word(random.Uint64N(3))
	switch random.IntN(6) {
	case 0:
		frame.Kind = contract.Create
	case 1:
		frame.Kind, frame.Salt = contract.Create2, word(random.Uint64())
	case 2:
		frame.Kind, frame.ReadOnly, frame.Value = contract.StaticCall, true, chain.Word{}
	case 3:
		frame.Kind = contract.Kind(random.IntN(256)) // also kinds that do not exist
	}
	if frame.Kind == contract.Create || frame.Kind == contract.Create2 {
		frame.Self, frame.Code, frame.Input = chain.Address{}, chain.Address{}, code
	}
	return frame
}
