package eth

import (
	"context"
	"errors"
	"runtime"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

// defaultCalls is how many calls are executed at once by default: as many as
// there are processors, so that calls do not wait for each other in memory, and
// at least two, so that a slow one does not stop all others.
func defaultCalls() int { return max(2, runtime.GOMAXPROCS(0)) }

// bounded runs f, which executes calls that are not transactions, when one of the
// slots for that is free. Waiting counts toward the time limit of such a call.
func (s *Service) bounded(ctx context.Context, f func(context.Context) error) error {
	limited, cancel := context.WithTimeout(ctx, s.limits.CallTime)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-limited.Done():
		if err := ctx.Err(); err != nil {
			return err // the client has left, or the server stops
		}
		return jsonrpc.ErrBusy
	}
	err := f(limited)
	if errors.Is(err, context.DeadlineExceeded) {
		return jsonrpc.Errorf(jsonrpc.ServerError, "execution aborted (timeout = %s)", s.limits.CallTime)
	}
	return err
}
