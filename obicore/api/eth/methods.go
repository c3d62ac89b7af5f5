package eth

import (
	"errors"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/steady"
)

// Register adds all methods and subscriptions.
func (s *Service) Register(registry *jsonrpc.Registry) error {
	var faults []error
	for name, handler := range s.reads() {
		faults = append(faults, registry.Register(name, steady.Handler(s.chain, unpruned(handler))))
	}
	for name, handler := range s.deeds() {
		faults = append(faults, registry.Register(name, handler))
	}
	faults = append(faults, registry.RegisterTogether("eth_sendRawTransaction", s.sendRawTransactions))
	for kind, feed := range map[string]jsonrpc.SubscribeFunc{
		"newHeads": s.newHeads, "logs": s.newLogs, "newPendingTransactions": s.newPending, "transactionReceipts": s.newReceipts,
	} {
		faults = append(faults, registry.Subscribe("eth", kind, feed))
	}
	return errors.Join(faults...)
}

// reads are the methods that change nothing.
func (s *Service) reads() map[string]jsonrpc.Handler {
	return map[string]jsonrpc.Handler{
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

		"eth_accounts": s.accounts, "eth_sign": s.sign, "eth_signTransaction": s.signTransaction,
		"personal_sign": s.personalSign, "eth_signTypedData_v4": s.signTypedData,

		"eth_getLogs": s.getLogs, "eth_getFilterLogs": s.filterLogs,

		"txpool_status": s.poolStatus, "txpool_content": s.poolContent, "txpool_contentFrom": s.poolContentFrom, "txpool_inspect": s.poolInspect,
	}
}

// deeds are the methods that change what others see, or what the client sees next.
func (s *Service) deeds() map[string]jsonrpc.Handler {
	return map[string]jsonrpc.Handler{
		"eth_sendRawTransactionSync": s.sendRawTransactionSync, "eth_sendTransaction": s.sendTransaction,

		"eth_newFilter": s.newFilter, "eth_newBlockFilter": s.newBlockFilter, "eth_newPendingTransactionFilter": s.newPendingFilter,
		"eth_getFilterChanges": s.filterChanges, "eth_uninstallFilter": s.uninstallFilter,
	}
}
