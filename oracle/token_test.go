package oracle

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"

	"github.com/credibleledger/credibleledger/oracle/bindings"
)

var supply = big.NewInt(1_000_000_000_000)

func (p *peer) token(t *testing.T, name string) contract {
	t.Helper()
	return p.deploy(t, "Token", name, "MTX", supply)
}

// erc20 goes through the bindings that abigen made.
func erc20(t *testing.T, p *peer) {
	ctx := background(t)
	_, tx, token, err := bindings.DeployToken(p.transactor(0, 0), p, "Matrix", "MTX", supply)
	must(t, err)
	address, err := bind.WaitDeployed(ctx, p, tx)
	must(t, err)
	owner, friend, spender := p.account(0), p.account(1), p.account(2)

	tx, err = token.Transfer(p.transactor(0, 0), friend, big.NewInt(50))
	must(t, err)
	receipt := p.mined(t, tx)
	event, err := token.ParseTransfer(*receipt.Logs[0])
	must(t, err)
	equal(t, "event from", event.From, owner)
	tx, err = token.Approve(p.transactor(1, 0), spender, big.NewInt(20))
	must(t, err)
	p.mined(t, tx)
	tx, err = token.TransferFrom(p.transactor(2, 0), friend, spender, big.NewInt(10))
	must(t, err)
	p.mined(t, tx)
	equal(t, "refusal", p.at(t, "Token", address).refusal(t, 1, "transfer", owner, big.NewInt(1_000)), "ERC20InsufficientBalance")

	transfers, err := token.FilterTransfer(&bind.FilterOpts{Context: ctx}, nil, []common.Address{friend})
	must(t, err)
	equal(t, "a transfer to the friend", transfers.Next(), true)
	amount(t, "its value", transfers.Event.Value, 50)
	equal(t, "another one", transfers.Next(), false)

	call := &bind.CallOpts{Context: ctx}
	balance, err := token.BalanceOf(call, friend)
	must(t, err)
	amount(t, "the friend's balance", balance, 40)
	allowance, err := token.Allowance(call, friend, spender)
	must(t, err)
	amount(t, "the allowance left", allowance, 10)
}

func erc721(t *testing.T, p *peer) {
	owner, friend, agent := p.account(0), p.account(1), p.account(2)
	collectible, vault := p.deploy(t, "Collectible"), p.deploy(t, "Vault", owner)
	receipt := collectible.send(t, 0, "mint", friend, "ipfs://one")
	equal(t, "minted to", collectible.event(t, receipt, "Transfer")["to"], any(friend))
	one := big.NewInt(1)
	equal(t, "URI", collectible.one(t, "tokenURI", one), any("ipfs://one"))
	equal(t, "refusal", collectible.refusal(t, 2, "transferFrom", friend, agent, one), "ERC721InsufficientApproval")
	collectible.send(t, 1, "approve", agent, one)
	collectible.send(t, 2, "safeTransferFrom", friend, vault.address, one)
	equal(t, "owner", collectible.one(t, "ownerOf", one), any(vault.address))
}

func integers(values ...int64) []*big.Int {
	list := make([]*big.Int, len(values))
	for i, v := range values {
		list[i] = big.NewInt(v)
	}
	return list
}

func erc1155(t *testing.T, p *peer) {
	owner, friend := p.account(0), p.account(1)
	items, vault := p.deploy(t, "Items", "ipfs://{id}"), p.deploy(t, "Vault", owner)
	items.send(t, 0, "mintBatch", owner, integers(1, 2, 3), integers(10, 20, 30))
	items.send(t, 0, "safeBatchTransferFrom", owner, vault.address, integers(1, 3), integers(4, 5), []byte{})
	equal(t, "refusal", items.refusal(t, 1, "safeTransferFrom", friend, owner, big.NewInt(2), big.NewInt(8), []byte{}), "ERC1155InsufficientBalance")
	holders := []common.Address{owner, owner, vault.address, vault.address}
	balances := items.one(t, "balanceOfBatch", holders, integers(1, 3, 1, 3)).([]*big.Int)
	for i, want := range []int64{6, 25, 4, 5} {
		amount(t, "balance", balances[i], want)
	}
}

func governor(t *testing.T, p *peer) {
	owner := p.account(0)
	token := p.token(t, "Votes")
	council := p.deploy(t, "Council", token.address)
	vault := p.deploy(t, "Vault", council.address)
	token.send(t, 0, "delegate", owner)
	equal(t, "refusal", vault.refusal(t, 0, "store", common.Big1), "OwnableUnauthorizedAccount")

	targets, values, data := []common.Address{vault.address}, integers(0), [][]byte{vault.pack(t, "store", big.NewInt(42))}
	receipt := council.send(t, 0, "propose", targets, values, data, "store 42")
	id := council.event(t, receipt, "ProposalCreated")["proposalId"]
	council.pass(t, id, 0)
	council.send(t, 0, "castVote", id, uint8(1))
	council.pass(t, id, 1)
	equal(t, "state", council.one(t, "state", id), any(uint8(4)))
	council.send(t, 0, "execute", targets, values, data, keccak("store 42"))
	amount(t, "number", vault.one(t, "number"), 42)
}

// pass makes blocks until a proposal is in another state than this one.
func (c contract) pass(t *testing.T, id any, state uint8) {
	t.Helper()
	for c.one(t, "state", id).(uint8) == state {
		if c.peer.network == nil {
			must(t, c.peer.Client.Client().CallContext(background(t), nil, "evm_mine"))
		} else {
			c.peer.sendValue(t, 1, c.peer.account(1), 0)
		}
	}
}
