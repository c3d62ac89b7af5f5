package oracle

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

func (p *peer) sendValue(t *testing.T, from int, to common.Address, value int64) *types.Receipt {
	t.Helper()
	ctx := background(t)
	nonce, err := p.PendingNonceAt(ctx, p.account(from))
	must(t, err)
	price, err := p.SuggestGasPrice(ctx)
	must(t, err)
	tx := types.MustSignNewTx(p.keys[from], types.LatestSignerForChainID(p.chainID), &types.DynamicFeeTx{
		ChainID: p.chainID, Nonce: nonce, To: &to, Value: big.NewInt(value), Gas: 100_000, GasFeeCap: price, GasTipCap: price,
	})
	must(t, p.SendTransaction(ctx, tx))
	return p.mined(t, tx)
}

// transfer also reads whole blocks, which ethclient checks against their roots.
func transfer(t *testing.T, p *peer) {
	ctx := background(t)
	to := p.account(1)
	before, err := p.BalanceAt(ctx, to, nil)
	must(t, err)
	receipt := p.sendValue(t, 0, to, 1_000)
	equal(t, "type", receipt.Type, types.DynamicFeeTxType)
	equal(t, "gas", receipt.GasUsed, 21_000)

	block, err := p.BlockByNumber(ctx, receipt.BlockNumber)
	must(t, err)
	equal(t, "transactions in the block", block.Transactions().Len(), 1)
	sent, pending, err := p.TransactionByHash(ctx, receipt.TxHash)
	must(t, err)
	equal(t, "pending", pending, false)
	equal(t, "transaction in the block", block.Transactions()[0].Hash(), sent.Hash())
	sender, err := p.TransactionSender(ctx, sent, receipt.BlockHash, 0)
	must(t, err)
	equal(t, "sender", sender, p.account(0))
	empty, err := p.BlockByNumber(ctx, common.Big0)
	must(t, err)
	equal(t, "transactions in genesis", empty.Transactions().Len(), 0)

	past, err := p.BalanceAt(ctx, to, new(big.Int).Sub(receipt.BlockNumber, common.Big1))
	must(t, err)
	equal(t, "balance in the block before", past.String(), before.String())
	after, err := p.BalanceAt(ctx, to, nil)
	must(t, err)
	amount(t, "received", after.Sub(after, before), 1_000)
}
