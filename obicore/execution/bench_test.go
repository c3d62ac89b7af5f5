package execution_test

import (
	"encoding/binary"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// memory is a state of accounts and code, for execution alone.
type memory map[chain.StateKey][]byte

func (m memory) Get(key chain.StateKey) ([]byte, error) { return m[key], nil }

func (m memory) Scan(chain.Address, chain.Space, string, func(string, []byte) bool) error { return nil }

// token moves one of what the caller has to the address in the input, and logs it: the
// storage accesses and the event of an ERC-20 transfer, without its checks.
var token = []byte{
	0x60, 0x01, 0x33, 0x54, 0x03, 0x33, 0x55, // caller's balance less one
	0x60, 0x00, 0x35, 0x80, 0x54, 0x60, 0x01, 0x01, 0x90, 0x55, // the other's more one
	0x60, 0x01, 0x60, 0x00, 0x52, 0x60, 0x00, 0x35, 0x33, 0x60, 0xdd, 0x60, 0x20, 0x60, 0x00, 0xa3, 0x00,
}

// BenchmarkBlock executes blocks of 500 transactions over states in memory: what the
// execution of a transaction costs, without signatures, commitment and disk.
func BenchmarkBlock(b *testing.B) {
	const transactions = 500
	modules, err := native.New(native.Parameters{})
	if err != nil {
		b.Fatal(err)
	}
	x, err := execution.New([]contract.VM{modules, evm.New()}, execution.DefaultRules())
	if err != nil {
		b.Fatal(err)
	}
	contractAt := chain.Address{0xcc}
	world := memory{}
	account := chain.Account{Nonce: 1, CodeHash: x.CodeHash(token)}
	world[chain.AccountKey(contractAt)] = account.Encode()
	world[chain.CodeKey(contractAt)] = token
	list := make([]chain.Verified, transactions)
	for i := range list {
		var sender chain.Address
		binary.BigEndian.PutUint64(sender[:], uint64(i)+1)
		rich := chain.Account{Balance: chain.WordFromUint64(1 << 60)}
		world[chain.AccountKey(sender)] = rich.Encode()
		input := make([]byte, 32)
		binary.BigEndian.PutUint64(input[24:], uint64(i)%256+1)
		list[i] = chain.Verified{
			Sender: sender, Payer: sender,
			Transaction: &chain.Transaction{Gas: 100_000, Calls: []chain.Call{{To: &contractAt, Input: input}}},
		}
	}
	block := execution.Block{
		Block: contract.Block{ChainID: 1, Height: 1, GasLimit: 1 << 40, Limits: chain.DefaultLimits()}, Rules: 1,
	}
	b.ReportAllocs()
	for b.Loop() {
		p, err := x.Begin(block, world)
		if err != nil {
			b.Fatal(err)
		}
		for i := range list {
			run, err := p.Try(list[i])
			if err != nil || !run.Succeeded {
				b.Fatal(err, run)
			}
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/transactions, "ns/transaction")
}
