package eth

import (
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Limits bound what one call may cost.
type Limits struct {
	CallGas      uint64        // gas of a call that is not a transaction
	CallTime     time.Duration // of such a call, with its waiting
	Calls        int           // such calls that are executed at once; others wait within their time
	SimulateGas  uint64        // of all calls of one eth_simulateV1
	LogRange     uint64        // blocks that one log query may span
	LogResults   int           // logs that one query may return
	LogAddresses int           // addresses in a log filter, and topics in one position
	Filters      int           // installed filters
	FilterLife   time.Duration // after which an unused filter is dropped
	SyncTime     time.Duration // eth_sendRawTransactionSync waits at most this long
	SyncCalls    int           // of that method that wait at once
	FeeHistory   uint64        // blocks of one eth_feeHistory
	Buffer       int           // events that a subscription may lag behind
}

// DefaultLimits are what a node starts with.
func DefaultLimits() Limits {
	return Limits{
		CallGas: 50_000_000, CallTime: 5 * time.Second, Calls: defaultCalls(), SimulateGas: 50_000_000, LogRange: 100_000, LogResults: 20_000, LogAddresses: 1000,
		Filters: 1000, FilterLife: 5 * time.Minute, SyncTime: 30 * time.Second, SyncCalls: 8192, FeeHistory: 1024, Buffer: 4096,
	}
}

// Settings configure a Service.
type Settings struct {
	Limits   Limits
	Version  string                          // of web3_clientVersion
	Unlocked map[chain.Address]crypto.Signer // accounts that the node signs for; development only
	Accounts []chain.Address                 // their order in eth_accounts
	// Impersonated reports whether transactions of an account without a key here
	// are to be made all the same; development chains in memory only.
	Impersonated func(chain.Address) bool
	// Unsigned makes the envelope of such a transaction.
	Unsigned func(from chain.Address, t *chain.Transaction) ([]byte, error)
	Clock    func() time.Time
}

// Service serves one chain.
type Service struct {
	chain    *node.Chain
	settings Settings
	limits   Limits
	filters  *filters
	turns    [256]sync.Mutex // of senders that the node signs for, by last byte
	// syncCalls has a place for each eth_sendRawTransactionSync that waits. They
	// are half of what the port executes at once by default, so that other calls
	// still pass.
	syncCalls chan struct{}
	slots     chan struct{} // taken by calls that are being executed
}

// New returns a service; Close releases it.
func New(c *node.Chain, settings Settings) *Service {
	if settings.Limits == (Limits{}) {
		settings.Limits = DefaultLimits()
	}
	if settings.Clock == nil {
		settings.Clock = time.Now
	}
	s := &Service{
		chain: c, settings: settings, limits: settings.Limits,
		syncCalls: make(chan struct{}, settings.Limits.SyncCalls), slots: make(chan struct{}, max(1, settings.Limits.Calls)),
	}
	s.filters = newFilters(c, settings.Limits, settings.Clock)
	return s
}

// Close stops what the service runs in the background.
func (s *Service) Close() { s.filters.close() }
