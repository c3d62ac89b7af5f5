package eest

import (
	"context"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// whyVoid asks the executor again, without the block around the transaction, to
// learn the reason in words.
func whyVoid(x *execution.Executor, block execution.Block, version uint64, view world, t chain.Verified) error {
	rules, err := x.Rules(version)
	if err != nil {
		return err
	}
	_, err = x.Apply(context.Background(), rules, &block, state.New(view), execution.Message{Verified: t}, block.GasLimit, nil)
	if err == nil {
		return fmt.Errorf("void in a block, valid alone")
	}
	return err
}
