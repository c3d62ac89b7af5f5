package oracle

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind/v2"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"
)

// contract is one contract on the chain, through geth's BoundContract.
type contract struct {
	*bind.BoundContract
	peer    *peer
	abi     abi.ABI
	address common.Address
}

// artifact is what the client matrix keeps of a contract.
type artifact struct {
	ABI      json.RawMessage
	Bytecode hexutil.Bytes
}

func readArtifact(t *testing.T, name string) artifact {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "interop", "clients", "artifacts", name+".json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Fatalf("%v: build/clients.sh compiles the contracts", err)
	}
	must(t, err)
	var a artifact
	must(t, json.Unmarshal(text, &a))
	return a
}

func parsedABI(t *testing.T, name string) abi.ABI {
	t.Helper()
	parsed, err := abi.JSON(strings.NewReader(string(readArtifact(t, name).ABI)))
	must(t, err)
	return parsed
}

func (p *peer) transactor(from int, value int64) *bind.TransactOpts {
	opts := bind.NewKeyedTransactor(p.keys[from], p.chainID)
	opts.Value = big.NewInt(value)
	return opts
}

// at returns a contract that stands already.
func (p *peer) at(t *testing.T, name string, address common.Address) contract {
	t.Helper()
	parsed := parsedABI(t, name)
	return contract{BoundContract: bind.NewBoundContract(address, parsed, p, p, p), peer: p, abi: parsed, address: address}
}

// deploy makes a contract as account 0.
func (p *peer) deploy(t *testing.T, name string, args ...any) contract {
	t.Helper()
	parsed := parsedABI(t, name)
	input, err := parsed.Pack("", args...)
	must(t, err)
	address, tx, err := bind.DeployContract(p.transactor(0, 0), readArtifact(t, name).Bytecode, p, input)
	must(t, err)
	deployed, err := bind.WaitDeployed(background(t), p, tx.Hash())
	must(t, err)
	equal(t, "address of "+name, deployed, address)
	return p.at(t, name, address)
}

func (p *peer) mined(t *testing.T, tx *types.Transaction) *types.Receipt {
	t.Helper()
	receipt, err := bind.WaitMined(background(t), p, tx.Hash())
	must(t, err)
	return receipt
}

func (c contract) send(t *testing.T, from int, method string, args ...any) *types.Receipt {
	t.Helper()
	return c.pay(t, c.peer.transactor(from, 0), method, args...)
}

func (c contract) pay(t *testing.T, opts *bind.TransactOpts, method string, args ...any) *types.Receipt {
	t.Helper()
	tx, err := c.Transact(opts, method, args...)
	must(t, err)
	receipt := c.peer.mined(t, tx)
	equal(t, "status of "+method, receipt.Status, types.ReceiptStatusSuccessful)
	return receipt
}

func (c contract) read(t *testing.T, method string, args ...any) []any {
	t.Helper()
	var results []any
	must(t, c.Call(&bind.CallOpts{Context: background(t)}, &results, method, args...))
	return results
}

// one returns the only result of a method.
func (c contract) one(t *testing.T, method string, args ...any) any {
	t.Helper()
	return c.read(t, method, args...)[0]
}

// refusal returns the name of the custom error with which a call fails.
func (c contract) refusal(t *testing.T, from int, method string, args ...any) string {
	t.Helper()
	_, err := c.Transact(c.peer.transactor(from, 0), method, args...)
	var failure rpc.DataError
	if !errors.As(err, &failure) {
		t.Fatalf("%s was not refused with data: %v", method, err)
	}
	data := common.FromHex(failure.ErrorData().(string))
	found, err := c.abi.ErrorByID([4]byte(data))
	must(t, err)
	return found.Name
}

// event unpacks the first event of that name in a receipt.
func (c contract) event(t *testing.T, receipt *types.Receipt, name string) map[string]any {
	t.Helper()
	for _, log := range receipt.Logs {
		if log.Address == c.address && log.Topics[0] == c.abi.Events[name].ID {
			values := make(map[string]any)
			must(t, c.UnpackLogIntoMap(values, name, *log))
			return values
		}
	}
	t.Fatalf("the receipt has no event %s", name)
	return nil
}

func (c contract) pack(t *testing.T, method string, args ...any) []byte {
	t.Helper()
	data, err := c.abi.Pack(method, args...)
	must(t, err)
	return data
}
