package eth

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

// codePruned is what Ethereum's nodes answer for history that they have dropped
// (execution-apis, EIP-4444).
const codePruned = 4444

// unpruned says so when a method asks for blocks that this node no longer keeps.
func unpruned(handler jsonrpc.Handler) jsonrpc.Handler {
	return func(ctx context.Context, params jsonrpc.Params) (any, error) {
		result, err := handler(ctx, params)
		var coded *jsonrpc.Error
		if errors.Is(err, ledger.ErrPruned) && !errors.As(err, &coded) {
			err = &jsonrpc.Error{Code: codePruned, Message: "pruned history unavailable: " + err.Error() + "; ask a node that keeps all blocks"}
		}
		return result, err
	}
}
