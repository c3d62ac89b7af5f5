package debug

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/credibleledger/credibleledger/obicore/api/debug/tracer"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

// traceOptions are the options of all trace methods. Unknown members are passed
// over, as clients still send what older nodes knew; those of tracerConfig are
// not.
type traceOptions struct {
	tracer.StepOptions
	Tracer       *string         `json:"tracer"`
	Timeout      *string         `json:"timeout"` // such as "5s"
	TracerConfig json.RawMessage `json:"tracerConfig"`
}

// callOptions are those of debug_traceCall.
type callOptions struct {
	traceOptions
	State json.RawMessage  `json:"stateOverrides"`
	Block json.RawMessage  `json:"blockOverrides"`
	Index *quantity.Uint64 `json:"txIndex"` // the call stands before this transaction of the block
}

// errTime is go-ethereum's text.
var errTime = errors.New("execution timeout")

// session is one request for traces, with its limits.
type session struct {
	ctx     context.Context
	options *traceOptions
	budget  *tracer.Budget
	stop    func()
}

// session checks the options, starts the request's time and waits for its turn;
// the caller stops it.
func (s *Service) session(ctx context.Context, options *traceOptions) (*session, error) {
	limit := s.limits.Time
	if options.Timeout != nil {
		wanted, err := time.ParseDuration(*options.Timeout)
		if err != nil || wanted <= 0 {
			return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "invalid timeout %.40q: use a duration such as \"5s\"", *options.Timeout)
		}
		limit = min(wanted, s.limits.MaxTime)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	ctx, stop := context.WithTimeoutCause(ctx, limit, errTime)
	t := &session{
		ctx: ctx, options: options, budget: tracer.NewBudget(s.limits.Bytes, cancel),
		stop: func() { stop(); cancel(nil) },
	}
	if _, err := t.newTracer(); err != nil {
		t.stop()
		return nil, err
	}
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		t.stop()
		return nil, context.Cause(ctx)
	}
	t.stop = func() { <-s.slots; stop(); cancel(nil) }
	return t, nil
}

// newTracer returns the tracer that the options ask for.
func (t *session) newTracer() (tracer.Tracer, error) {
	name, config := tracer.StructLogs, json.RawMessage(nil)
	if t.options.Tracer != nil && *t.options.Tracer != "" {
		name, config = *t.options.Tracer, t.options.TracerConfig
	}
	made, err := tracer.New(name, config, t.options.StepOptions, t.budget)
	if err != nil {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "%v", err)
	}
	return made, nil
}
