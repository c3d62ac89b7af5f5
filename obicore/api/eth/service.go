package eth

import (
	"errors"
	"sync"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
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

// Register adds all methods and subscriptions.
func (s *Service) Register(registry *jsonrpc.Registry) error {
	methods := map[string]jsonrpc.Handler{
		"web3_clientVersion": s.clientVersion, "web3_sha3": s.sha3,
		"net_version": s.netVersion, "net_listening": s.listening, "net_peerCount": s.peerCount,

		"eth_chainId": s.chainID, "eth_blockNumber": s.blockNumber, "eth_syncing": s.syncing,
		"eth_protocolVersion": s.protocolVersion, "eth_coinbase": s.coinbase,
		"eth_gasPrice": s.gasPrice, "eth_maxPriorityFeePerGas": s.maxPriorityFee, "eth_feeHistory": s.feeHistory,
		"eth_blobBaseFee": s.blobBaseFee, "eth_baseFee": s.baseFee,

		"eth_getBlockByHash": s.blockByHash, "eth_getBlockByNumber": s.blockByNumber, "eth_getBlockReceipts": s.blockReceipts,
		"eth_getBlockTransactionCountByHash":   s.transactionCountByHash,
		"eth_getBlockTransactionCountByNumber": s.transactionCountByNumber,
		"eth_getUncleCountByBlockHash":         s.uncleCount, "eth_getUncleCountByBlockNumber": s.uncleCount,
		"eth_getUncleByBlockHashAndIndex": s.uncle, "eth_getUncleByBlockNumberAndIndex": s.uncle,
		"eth_getTransactionByHash":                s.transactionByHash,
		"eth_getTransactionByBlockHashAndIndex":   s.transactionByBlockAndIndex,
		"eth_getTransactionByBlockNumberAndIndex": s.transactionByBlockAndIndex,
		"eth_getRawTransactionByHash":             s.rawTransactionByHash,
		"eth_getTransactionReceipt":               s.transactionReceipt,

		"eth_getBalance": s.getBalance, "eth_getCode": s.getCode, "eth_getStorageAt": s.getStorageAt,
		"eth_getStorageValues": s.getStorageValues, "eth_getTransactionCount": s.getTransactionCount, "eth_getProof": s.getProof,

		"eth_call": s.call, "eth_estimateGas": s.estimateGas, "eth_createAccessList": s.createAccessList,
		"eth_fillTransaction": s.fillTransaction, "eth_simulateV1": s.simulate,

		"eth_sendRawTransaction": s.sendRawTransaction, "eth_sendRawTransactionSync": s.sendRawTransactionSync,
		"eth_accounts": s.accounts, "eth_sendTransaction": s.sendTransaction, "eth_sign": s.sign, "eth_signTransaction": s.signTransaction,
		"personal_sign": s.personalSign, "eth_signTypedData_v4": s.signTypedData,

		"eth_getLogs": s.getLogs, "eth_newFilter": s.newFilter, "eth_newBlockFilter": s.newBlockFilter,
		"eth_newPendingTransactionFilter": s.newPendingFilter, "eth_getFilterChanges": s.filterChanges,
		"eth_getFilterLogs": s.filterLogs, "eth_uninstallFilter": s.uninstallFilter,

		"txpool_status": s.poolStatus, "txpool_content": s.poolContent, "txpool_contentFrom": s.poolContentFrom, "txpool_inspect": s.poolInspect,
	}
	var faults []error
	for name, handler := range methods {
		faults = append(faults, registry.Register(name, handler))
	}
	for kind, feed := range map[string]jsonrpc.SubscribeFunc{
		"newHeads": s.newHeads, "logs": s.newLogs, "newPendingTransactions": s.newPending, "transactionReceipts": s.newReceipts,
	} {
		faults = append(faults, registry.Subscribe("eth", kind, feed))
	}
	return errors.Join(faults...)
}
