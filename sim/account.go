package sim

import (
	"context"
	"crypto/rand"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/obicore/transaction/native"
)

const (
	chainID        = 31337
	accountBalance = 1 << 50
)

// Account is a funded account that sends transactions in order of nonce.
type Account struct {
	Address chain.Address
	signer  crypto.Signer
	cluster *Cluster

	mutex sync.Mutex
	nonce uint64
}

func (c *Cluster) newAccount() *Account {
	c.t.Helper()
	scheme, err := c.suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		c.t.Fatal(err)
	}
	signer, err := scheme.Generate(rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	address, err := c.suite.Address(signer.Public())
	if err != nil {
		c.t.Fatal(err)
	}
	return &Account{Address: address, signer: signer, cluster: c}
}

// Transfer returns the account's next transfer.
func (a *Account) Transfer(to chain.Address, value uint64) []byte {
	return a.call(to, chain.WordFromUint64(value), nil, 21_000)
}

// Call returns the account's next call of a contract.
func (a *Account) Call(to chain.Address, input []byte) []byte {
	return a.call(to, chain.Word{}, input, 1_000_000)
}

func (a *Account) call(to chain.Address, value chain.Word, input []byte, gas uint64) []byte {
	a.cluster.t.Helper()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	t := &ethereum.Transaction{Type: ethereum.TypeDynamicFee, ChainID: chainID, Nonce: a.nonce, Gas: gas, To: &to, Value: value, Data: input}
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(a.signer))
	if err != nil {
		a.cluster.t.Fatal(err)
	}
	a.nonce++
	return signed.Encode()
}

// NativeTransfer returns the account's next transfer as a native transaction, whose id does not
// bind its signature.
func (a *Account) NativeTransfer(to chain.Address, value uint64) []byte {
	a.cluster.t.Helper()
	a.mutex.Lock()
	defer a.mutex.Unlock()
	identity, err := a.cluster.genesis.Identity(a.cluster.suite)
	if err != nil {
		a.cluster.t.Fatal(err)
	}
	t := &native.Transaction{
		Identity: identity, Sender: a.Address, Nonce: a.nonce, Gas: 100_000,
		Calls: []chain.Call{{To: &to, Value: chain.WordFromUint64(value)}},
	}
	signed, err := t.Sign(a.cluster.suite, a.signer)
	if err != nil {
		a.cluster.t.Fatal(err)
	}
	a.nonce++
	return signed.Encode()
}

// Submit gives a transaction to a node.
func (n *Node) Submit(raw []byte) (chain.Hash, error) {
	return n.Chain.Submit(context.Background(), raw)
}

func (c *Cluster) addresses() (list []chain.Address) {
	for _, a := range c.Accounts {
		list = append(list, a.Address)
	}
	return list
}

// balance reads what an account has in the latest state of a node.
func (n *Node) balance(owner chain.Address) uint64 {
	n.cluster.t.Helper()
	account, err := n.account(owner)
	if err != nil {
		n.cluster.t.Fatal(err)
	}
	balance, _ := account.Balance.Uint64()
	return balance
}

func (n *Node) account(owner chain.Address) (chain.Account, error) {
	view, err := n.Chain.View(n.Chain.Head().Header.Height)
	if err != nil {
		return chain.Account{}, err
	}
	defer view.Close()
	return node.Account(view, owner)
}

// Forget takes back the account's last transaction, which nobody was given.
func (a *Account) Forget() {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.nonce--
}

// Restart takes the account's next nonce from the state of a node: what was pooled is lost.
func (a *Account) Restart(n *Node) {
	a.cluster.t.Helper()
	account, err := n.account(a.Address)
	if err != nil {
		a.cluster.t.Fatal(err)
	}
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.nonce = n.Chain.Pool().NextNonce(pool.Lane{Sender: a.Address}, account.Nonce)
}
