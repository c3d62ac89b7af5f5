package chaos

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/sim/chaos/testbuild"
)

// upgradeAhead is how many blocks after its scheduling new rules take effect.
const upgradeAhead = 20

// Upgrade replaces the binary of one node after the other by a newer one and has the
// chain follow its rules, all under load.
func (f *Faults) Upgrade(ctx context.Context) error {
	n := f.network
	n.Processes.Binary = n.builds.Newer
	if err := f.restart(ctx); err != nil {
		return fmt.Errorf("rolling upgrade: %w", err)
	}
	height, err := n.endpoints[0].height(ctx)
	if err != nil {
		return err
	}
	activation := height + upgradeAhead
	if err := n.Processes.ScheduleRules(ctx, obicore.Registry(), 2, activation); err != nil {
		return fmt.Errorf("scheduling rules 2: %w", err)
	}
	f.note("rules 2 from height %d on", activation)
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, e := range n.endpoints {
		if err := e.awaitHeight(waiting, activation); err != nil {
			return err
		}
		if err := n.followsRulesTwo(ctx, e); err != nil {
			return err
		}
	}
	return f.ready(ctx)
}

// followsRulesTwo asks a node for something that version 2 alone refuses.
func (n *Network) followsRulesTwo(ctx context.Context, e *endpoint) error {
	sender := n.accounts[len(n.accounts)-1]
	nonce, err := e.nonce(ctx, sender)
	if err != nil {
		return err
	}
	raw, err := sender.sign(&ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: n.chainID, Nonce: nonce, Gas: testbuild.GasCapTwo + 1, To: &n.accounts[0].address,
	})
	if err != nil {
		return err
	}
	var refused *rpcError
	if r, err := e.execute(ctx, raw); !errors.As(err, &refused) || !strings.Contains(refused.Message, "gas") {
		return fmt.Errorf("%s does not follow rules 2: a transaction beyond their gas cap: %+v, %w", e.url, r, err)
	}
	return nil
}

func (e *endpoint) height(ctx context.Context) (uint64, error) {
	var text string
	if err := e.call(ctx, &text, "eth_blockNumber"); err != nil {
		return 0, err
	}
	return quantity(text)
}

// awaitHeight waits until a node has executed a height.
func (e *endpoint) awaitHeight(ctx context.Context, height uint64) error {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		reached, err := e.height(ctx)
		if err == nil && reached >= height {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("%s does not reach height %s: %w", e.url, strconv.FormatUint(height, 10), ctx.Err())
		}
	}
}
