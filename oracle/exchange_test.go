package oracle

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

var (
	ether        = big.NewInt(1_000_000_000)
	far          = big.NewInt(1_000_000_000_000)
	pairCodeHash = common.HexToHash("0x96e8ac4277198ff8b6f785478aa9a39f403cb768dd02cbee326c3e7da348845f")
)

func keccak(text string) common.Hash { return crypto.Keccak256Hash([]byte(text)) }

// uniswap works only where CREATE2 and the hash of the pair's code are right: the
// router was compiled with both.
func uniswap(t *testing.T, p *peer) {
	owner, trader := p.account(0), p.account(1)
	equal(t, "hash of the pair's code", crypto.Keccak256Hash(readArtifact(t, "UniswapV2Pair").Bytecode), pairCodeHash)
	factory := p.deploy(t, "UniswapV2Factory", owner)
	weth := p.deploy(t, "WETH9")
	router := p.deploy(t, "UniswapV2Router02", factory.address, weth.address)
	token := p.token(t, "Pool")

	token.send(t, 0, "approve", router.address, supply)
	router.pay(t, p.transactor(0, 10*ether.Int64()), "addLiquidityETH", token.address, ether, common.Big0, common.Big0, owner, far)
	low, high := token.address, weth.address
	if bytes.Compare(low[:], high[:]) > 0 {
		low, high = high, low
	}
	pair := crypto.CreateAddress2(factory.address, crypto.Keccak256Hash(low[:], high[:]), pairCodeHash[:])
	equal(t, "pair", factory.one(t, "getPair", token.address, weth.address), any(pair))

	path := []common.Address{weth.address, token.address}
	amounts := router.one(t, "getAmountsOut", ether, path).([]*big.Int)
	opts := p.transactor(1, ether.Int64())
	opts.GasLimit = 300_000 // a pair writes more in the first swap of a second
	router.pay(t, opts, "swapExactETHForTokens", amounts[1], path, trader, far)
	amount(t, "bought", token.one(t, "balanceOf", trader), amounts[1].Int64())
}
