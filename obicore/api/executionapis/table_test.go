package executionapis_test

// least is the number of cases that must pass; it may only rise.
const least = 193

// The reasons of the tables.
const (
	notOurEncoding  = "the method answers in Ethereum's encoding of blocks, which this chain's blocks do not have; it is not served"
	notServed       = "the method describes Ethereum's own forks or data retention; it is not served"
	buildsBlocks    = "the method asks an engine for a block and belongs to test networks of Ethereum; it is not served"
	olderHeader     = "the header has the fields of an older fork; ours always has Osaka's"
	olderReceipt    = "receipts from before Byzantium have a state root instead of a status"
	blobs           = "admission refuses blob transactions: there are no blobs on this chain"
	movesPrecompile = "precompiled contracts cannot be moved or replaced"
	refusesToo      = "the nonce would overflow: go-ethereum 1.17.10 refuses it too (EIP-2681)"

	baseFeeMoves  = "the base fee is a parameter of this chain and does not change with every block"
	simulatedHash = "the answer contains the hash of a simulated block, which depends on the format of headers"
	olderRules    = "the block was executed under rules before Osaka, which price gas otherwise"
	requests      = "the block has execution layer requests and blobs"
)

// notApplicable names the cases that do not apply to this chain.
var notApplicable = map[string]string{
	"debug_getRawBlock/get-block-n":           notOurEncoding,
	"debug_getRawBlock/get-genesis":           notOurEncoding,
	"debug_getRawBlock/get-invalid-number":    notOurEncoding,
	"debug_getRawHeader/get-block-n":          notOurEncoding,
	"debug_getRawHeader/get-genesis":          notOurEncoding,
	"debug_getRawHeader/get-invalid-number":   notOurEncoding,
	"debug_getRawReceipts/get-block-n":        notOurEncoding,
	"debug_getRawReceipts/get-genesis":        notOurEncoding,
	"debug_getRawReceipts/get-invalid-number": notOurEncoding,

	"eth_capabilities/get-capabilities":                    notServed,
	"eth_config/get-config":                                notServed,
	"testing_buildBlockV1/build-block-empty-transactions":  buildsBlocks,
	"testing_buildBlockV1/build-block-from-mempool":        buildsBlocks,
	"testing_buildBlockV1/build-block-invalid-transaction": buildsBlocks,
	"testing_buildBlockV1/build-block-with-transactions":   buildsBlocks,

	"eth_getBlockByHash/get-block-by-hash":                           olderHeader,
	"eth_getBlockByNumber/get-genesis":                               olderHeader,
	"eth_getBlockByNumber/get-block-london-fork":                     olderHeader,
	"eth_getBlockByNumber/get-block-merge-fork":                      olderHeader,
	"eth_getBlockByNumber/get-block-shanghai-fork":                   olderHeader,
	"eth_getBlockByNumber/get-block-cancun-fork":                     olderHeader,
	"eth_simulateV1/ethSimulate-empty-with-block-num-set-firstblock": olderHeader,

	"eth_getBlockReceipts/get-block-receipts-n":       olderReceipt,
	"eth_getBlockReceipts/get-block-receipts-by-hash": olderReceipt,
	"eth_getTransactionReceipt/get-legacy-contract":   olderReceipt,
	"eth_getTransactionReceipt/get-legacy-input":      olderReceipt,
	"eth_getTransactionReceipt/get-legacy-receipt":    olderReceipt,

	"eth_getTransactionReceipt/get-blob-tx": blobs,
	"eth_sendRawTransaction/send-blob-tx":   blobs,

	"eth_simulateV1/ethSimulate-move-ecrecover-and-call":             movesPrecompile,
	"eth_simulateV1/ethSimulate-move-ecrecover-and-call-old-and-new": movesPrecompile,
	"eth_simulateV1/ethSimulate-move-ecrecover-twice-and-call":       movesPrecompile,
	"eth_simulateV1/ethSimulate-move-two-accounts-to-same-38023":     movesPrecompile,
	"eth_simulateV1/ethSimulate-override-ecrecover":                  movesPrecompile,
	"eth_simulateV1/ethSimulate-override-identity":                   movesPrecompile,
	"eth_simulateV1/ethSimulate-override-sha256":                     movesPrecompile,
	"eth_simulateV1/ethSimulate-extcodehash-precompile":              movesPrecompile,
	"eth_simulateV1/ethSimulate-use-as-many-features-as-possible":    movesPrecompile,
	"eth_simulateV1/ethSimulate-overflow-nonce":                      refusesToo,
}

// byShape names the cases whose values depend on rules that this chain does not
// have.
var byShape = map[string]string{
	"eth_call/call-callenv-options-eip1559":      baseFeeMoves,
	"eth_getBlockByNumber/get-latest":            baseFeeMoves,
	"eth_getBlockByNumber/get-finalized":         baseFeeMoves,
	"eth_getBlockByNumber/get-safe":              baseFeeMoves,
	"eth_getBlockByNumber/get-block-prague-fork": requests,
	"eth_getTransactionByHash/get-blob-tx":       baseFeeMoves,
	"eth_getTransactionByHash/get-dynamic-fee":   baseFeeMoves,
	"eth_getTransactionByHash/get-setcode-tx":    baseFeeMoves,
	"eth_getTransactionReceipt/get-dynamic-fee":  baseFeeMoves,
	"eth_getTransactionReceipt/get-setcode-tx":   baseFeeMoves,
	"eth_getLogs/contract-addr":                  olderRules,

	"eth_simulateV1/ethSimulate-add-more-non-defined-BlockStateCalls-than-fit-but-now-with-fit": simulatedHash,
	"eth_simulateV1/ethSimulate-blockhash-complex":                                              simulatedHash,
	"eth_simulateV1/ethSimulate-blockhash-start-before-head":                                    simulatedHash,
	"eth_simulateV1/ethSimulate-overwrite-existing-contract":                                    simulatedHash,
	"eth_simulateV1/ethSimulate-blobs":                                                          baseFeeMoves,
	"eth_simulateV1/ethSimulate-fee-recipient-receiving-funds":                                  baseFeeMoves,
}
