package chain

// Limits bound what a block may hold. They are part of genesis, so they are
// hashed and decide validity; a node's own limits never do (contract specification).
type Limits struct {
	TransactionBytes uint64 `json:"transactionBytes"` // wire bytes of one transaction
	TransactionGas   uint64 `json:"transactionGas"`   // gas of one transaction; 0 = the block's
	CallsPerBundle   uint64 `json:"callsPerBundle"`
	BlockBytes       uint64 `json:"blockBytes"`    // wire bytes of all transactions of one block
	BlockCount       uint64 `json:"blockCount"`    // transactions in one block
	CodeBytes        uint64 `json:"codeBytes"`     // of a contract; rules version 1 takes EIP-170's 24,576 only
	InitcodeBytes    uint64 `json:"initcodeBytes"` // rules version 1 takes EIP-3860's 49,152 only
	EventBytes       uint64 `json:"eventBytes"`    // data of one event of native and WASM contracts; in the EVM gas bounds it
	CallDepth        uint64 `json:"callDepth"`     // rules version 1 takes the EVM's 1,024 only
	MemoryPages      uint64 `json:"memoryPages"`   // WASM memory of one contract, 64 KiB each
}

// DefaultLimits are what a new genesis starts with; the EVM's own figures are
// Osaka's (EIP-170, EIP-3860, EIP-7825).
func DefaultLimits() Limits {
	return Limits{
		TransactionBytes: 128 << 10,
		TransactionGas:   1 << 24,
		CallsPerBundle:   1000,
		BlockBytes:       8 << 20,
		BlockCount:       50_000,
		CodeBytes:        24_576,
		InitcodeBytes:    49_152,
		EventBytes:       128 << 10,
		CallDepth:        1024,
		MemoryPages:      256,
	}
}
