package bench

import (
	"context"
	"fmt"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// fees are what transactions of a run offer for gas.
type fees struct {
	chainID  uint64
	cap, tip chain.Word
	price    *big.Int // cap as a number, 0 on a chain without fees
}

// headroom is how far prices may rise while a run lasts, where the funds allow it.
const headroom = 1_000_000

// mostFee is what one transaction may cost at the cap, in wei: nodes refuse more over
// RPC, by default from one ether on.
const mostFee = 900_000_000_000_000_000

// newFees asks the target for its prices. The cap leaves as much room for rising ones
// as the funds bear: all of gas at the cap.
func newFees(ctx context.Context, c *client, gas uint64, funds *big.Int) (*fees, error) {
	id, err := c.number(ctx, "eth_chainId")
	if err != nil {
		return nil, err
	}
	price, err := c.big(ctx, "eth_gasPrice")
	if err != nil {
		return nil, err
	}
	f := &fees{chainID: id, price: new(big.Int)}
	if price.Sign() == 0 {
		return f, nil
	}
	room := new(big.Int).Div(funds, new(big.Int).Mul(price, new(big.Int).SetUint64(max(gas, 1))))
	if !room.IsInt64() || room.Int64() > headroom {
		room.SetInt64(headroom)
	}
	f.price.Mul(price, room)
	if most := big.NewInt(mostFee / creationGas); f.price.Cmp(most) > 0 {
		f.price.Set(most)
	}
	if f.price.Cmp(price) < 0 {
		f.price.Set(price)
	}
	tip, err := c.big(ctx, "eth_maxPriorityFeePerGas")
	if err != nil || tip.Cmp(f.price) > 0 {
		tip = new(big.Int).Set(price)
	}
	var capFits, tipFits bool
	f.cap, capFits = chain.WordFromBig(f.price)
	f.tip, tipFits = chain.WordFromBig(tip)
	if !capFits || !tipFits {
		return nil, fmt.Errorf("bench: the target asks for a price of %s wei and a tip of %s: no transaction can offer that", f.price, tip)
	}
	return f, nil
}

// cost is what gas may cost at the cap.
func (f *fees) cost(gas uint64) *big.Int {
	return new(big.Int).Mul(f.price, new(big.Int).SetUint64(gas))
}
