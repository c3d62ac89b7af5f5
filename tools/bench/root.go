package bench

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// root pays for everything in a run: it is funded once and funds the senders.
type root struct {
	*account
	client *client
	fees   *fees
}

// atOnce is how many of its transactions root sends before it waits for them.
const atOnce = 50

// execute sends orders and waits until all are executed.
func (r *root) execute(ctx context.Context, orders []order) error {
	for len(orders) > 0 {
		count := min(len(orders), atOnce)
		raws := make([][]byte, count)
		var last signed
		var err error
		for i := range raws {
			if last, err = r.sign(r.fees, orders[i]); err != nil {
				return err
			}
			raws[i] = last.raw
		}
		if refused, why, err := r.client.sendBatch(ctx, raws); err != nil || len(refused) > 0 {
			return fmt.Errorf("bench: preparing: %d transactions refused: %w", len(refused), firstError(err, why))
		}
		if err := r.await(ctx); err != nil {
			return err
		}
		if err := r.succeeded(ctx, last); err != nil {
			return err
		}
		orders = orders[count:]
	}
	return nil
}

// succeeded looks at the receipt of a transaction that is executed.
func (r *root) succeeded(ctx context.Context, s signed) error {
	var receipt struct {
		Status string `json:"status"`
		Gas    string `json:"gasUsed"`
	}
	look := time.NewTicker(lookPause)
	defer look.Stop()
	for began := time.Now(); ; {
		err := r.client.call(ctx, &receipt, "eth_getTransactionReceipt", s.id)
		switch {
		case err == nil && receipt.Status == "0x1":
			return nil
		case err == nil && receipt.Status != "":
			return fmt.Errorf("bench: transaction %s, which prepares the run, failed after %s gas", s.id, receipt.Gas)
		case time.Since(began) > patience:
			return fmt.Errorf("bench: no receipt of transaction %s, which prepares the run: %w", s.id, firstError(err, ctx.Err()))
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func firstError(errors ...error) error {
	for _, err := range errors {
		if err != nil {
			return err
		}
	}
	return nil
}

// lookPause is the time between two questions to the target.
const lookPause = 10 * time.Millisecond

// patience bounds the wait for something to be executed.
const patience = 60 * time.Second

// await waits until the target has executed all that root has sent.
func (r *root) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	look := time.NewTicker(lookPause)
	defer look.Stop()
	for {
		nonce, err := r.client.number(ctx, "eth_getTransactionCount", r.address, "latest")
		if err == nil && nonce >= r.nonce {
			return nil
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return fmt.Errorf("bench: the target has executed %d of %d transactions that prepare the run: %w", nonce, r.nonce, firstError(err, ctx.Err()))
		}
	}
}

// creationGas bounds the creation of a contract.
const creationGas = 6_000_000

// create creates a contract with the given runtime code and returns its address.
func (r *root) create(ctx context.Context, runtime []byte) (chain.Address, error) {
	nonce := r.nonce
	if err := r.execute(ctx, []order{{data: creation(runtime), gas: creationGas}}); err != nil {
		return chain.Address{}, err
	}
	address := createdAddress(r.address, nonce)
	var code string
	if err := r.client.call(ctx, &code, "eth_getCode", address, "latest"); err != nil {
		return address, err
	}
	if len(code) <= len("0x") {
		return address, fmt.Errorf("bench: the target has not created a contract of %d bytes", len(runtime))
	}
	return address, nil
}

// fund gives each account an amount.
func (r *root) fund(ctx context.Context, accounts []*account, each *big.Int) error {
	value, ok := chain.WordFromBig(each)
	if !ok {
		return fmt.Errorf("bench: the senders would need %s wei each", each)
	}
	orders := make([]order, len(accounts))
	for i, a := range accounts {
		orders[i] = order{to: &a.address, value: value, gas: 21_000}
	}
	return r.execute(ctx, orders)
}
