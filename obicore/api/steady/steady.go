// Package steady makes methods that only read answer from one history of a chain,
// also while a development chain is being taken back (evm_revert): see node.Steady.
// On every other chain it costs nothing.
//
// It is not for methods that change anything: they would change it again.
package steady

import (
	"context"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Handler returns a handler that reads again when a rewind has overtaken it.
func Handler(c *node.Chain, read jsonrpc.Handler) jsonrpc.Handler {
	return func(ctx context.Context, params jsonrpc.Params) (any, error) {
		return node.Steady(ctx, c, func() (any, error) { return read(ctx, params) })
	}
}
