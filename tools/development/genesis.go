package development

import (
	"cmp"
	"math/big"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/consensus/solo"
)

// ChainID is the numeric chain id that development chains of all Ethereum tools
// share.
const ChainID = 31337

// GasLimit is the block gas limit of a development chain.
const GasLimit = 60_000_000

// Settings describe a development chain.
type Settings struct {
	Name       string
	Commitment string // to the state; the binary tree when empty
	Accounts   []Account
	Time       uint64 // of block 0, in milliseconds
}

// Genesis returns the genesis of a development chain with one validator.
func Genesis(suite crypto.Suite, validator crypto.Signer, settings Settings) *chain.Genesis {
	key := validator.Public()
	genesis := &chain.Genesis{
		Format: chain.GenesisFormat, Name: settings.Name, EVMChainID: ChainID, Time: settings.Time,
		Crypto: suite.Name(), Consensus: solo.Name, Commitment: cmp.Or(settings.Commitment, obicore.BinaryTree),
		Window: 1024, GasLimit: GasLimit, Limits: chain.DefaultLimits(), Rules: []chain.Rules{{Version: 1}},
		Validators: []chain.GenesisMember{{
			ID:           Self(suite, validator),
			ConsensusKey: chain.GenesisKey{Scheme: key.Scheme.String(), Key: key.Bytes},
			ExportKey:    chain.GenesisKey{Scheme: chain.SchemeNone.String()},
			Organisation: "development", Weight: 1,
		}},
		Allocation: Predeploys(),
	}
	balance, _ := chain.WordFromBig(new(big.Int).Mul(big.NewInt(10_000), big.NewInt(1e18)))
	for _, account := range settings.Accounts {
		genesis.Allocation[account.Address] = chain.AllocatedAccount{Balance: balance}
	}
	if len(settings.Accounts) > 0 {
		genesis.Admin = []chain.Address{settings.Accounts[0].Address}
	}
	return genesis
}

// Self returns the node id of a validator with the given consensus key.
func Self(suite crypto.Suite, validator crypto.Signer) chain.NodeID {
	return suite.Sum(validator.Public().Bytes)
}
