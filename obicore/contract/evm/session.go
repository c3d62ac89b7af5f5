package evm

import (
	"context"
	"sync/atomic"

	"github.com/holiman/uint256"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
)

// session runs the frames of one transaction. Its frames, with their stacks and
// memories, pass from transaction to transaction.
type session struct {
	vm          *VM
	set         *instructionSet
	env         contract.Env
	state       contract.State
	trace       contract.Trace // nil when nobody listens
	natives     []chain.Address
	block       contract.Block
	transaction contract.TransactionContext

	ctx     context.Context // of the frame that is running, for calls into native modules
	stopped *atomic.Bool    // ctx has ended; nil where it can't

	frames []*frame // by nesting
	nested int      // how many of them are in use
	arena  arena
	jumps  map[chain.Hash]bitset // of the codes that have jumped
}

// What a session keeps for the next transaction: so many frames, each with at most
// keptMemory, and a map of so many codes.
const (
	keptFrames = 64
	keptCodes  = 256
)

func (s *session) open(v *VM, set *instructionSet, env contract.Env) {
	s.vm, s.set, s.env = v, set, env
	s.state, s.trace, s.natives = env.State(), env.Trace(), env.Natives()
	s.block, s.transaction = env.Block(), env.Transaction()
}

// Close implements contract.Session.
func (s *session) Close() {
	v := s.vm
	if len(s.frames) > keptFrames {
		clear(s.frames[keptFrames:])
		s.frames = s.frames[:keptFrames]
	}
	for _, f := range s.frames {
		if f.code == nil {
			break // unused, as all below it
		}
		f.forget()
	}
	s.arena.shrink()
	if len(s.jumps) > keptCodes {
		s.jumps = nil // emptying it takes as long as it is large
	}
	clear(s.jumps)
	*s = session{frames: s.frames, arena: s.arena, jumps: s.jumps}
	v.sessions.Put(s)
}

// Run implements contract.Session.
func (s *session) Run(ctx context.Context, frame contract.Frame) contract.Outcome {
	// A native module that this session reads may come back into it.
	defer func(ctx context.Context, stopped *atomic.Bool) { s.ctx, s.stopped = ctx, stopped }(s.ctx, s.stopped)
	s.ctx, s.stopped = ctx, nil
	if ctx.Done() != nil {
		stopped := new(atomic.Bool) // one for each run: the function below may come late
		stop := context.AfterFunc(ctx, func() { stopped.Store(true) })
		defer stop()
		s.stopped = stopped
	}
	outcome := s.run(frame)
	if s.interrupted() {
		outcome.Err = context.Cause(ctx)
	}
	return outcome
}

// interrupted reports whether the context of the run has ended.
func (s *session) interrupted() bool { return s.stopped != nil && s.stopped.Load() }

// run executes a frame and everything that it calls. A transaction, another VM and the
// instructions of a frame around it come in here alike.
func (s *session) run(frame contract.Frame) contract.Outcome {
	creates := frame.Kind == contract.Create || frame.Kind == contract.Create2
	if creates {
		frame.Self = s.created(&frame)
		frame.Code = frame.Self
	}
	if s.trace != nil {
		s.trace.Enter(shown(frame))
	}
	var outcome contract.Outcome
	switch {
	case s.interrupted():
		outcome = contract.Outcome{Err: context.Cause(s.ctx)}
	case frame.Depth > int(s.block.Limits.CallDepth):
		outcome = contract.Outcome{GasLeft: frame.Gas, Err: contract.ErrDepth}
	case creates:
		outcome = s.create(&frame)
	default:
		outcome = s.call(&frame)
	}
	if s.trace != nil {
		s.trace.Exit(frame.Depth, outcome, frame.Gas-outcome.GasLeft)
	}
	return outcome
}

// shown is a frame as tracers are told of it: a delegated call comes from the contract that
// makes it, whoever its code sees as the caller.
func shown(frame contract.Frame) contract.Frame {
	if frame.Kind == contract.DelegateCall {
		frame.Caller = frame.Self
	}
	return frame
}

// enter returns the next frame below the ones that are running.
func (s *session) enter() *frame {
	if s.nested == len(s.frames) {
		s.frames = append(s.frames, &frame{session: s})
	}
	f := s.frames[s.nested]
	var place room
	if s.nested > 0 {
		around := s.frames[s.nested-1]
		place = room{around.place.chunk, around.place.word + around.height}
	}
	f.stack, f.place = s.arena.stack(place)
	s.nested++
	return f
}

// leave gives back the innermost frame.
func (s *session) leave() { s.nested-- }

func toInt(w chain.Word) (i uint256.Int) {
	i.SetBytes32(w[:])
	return i
}
