package development

import (
	_ "embed"
	"encoding/hex"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/execution"
)

// DeployerAddress is where tools expect the deterministic deployment proxy.
var DeployerAddress = chain.Address{
	0x4e, 0x59, 0xb4, 0x48, 0x47, 0xb3, 0x79, 0x57, 0x85, 0x88, 0x92, 0x0c, 0xa7, 0x8f, 0xbf, 0x26, 0xc0, 0xb4, 0x95, 0x6c,
}

// MulticallAddress is where tools expect Multicall3.
var MulticallAddress = chain.Address{
	0xca, 0x11, 0xbd, 0xe0, 0x59, 0x77, 0xb3, 0x63, 0x11, 0x67, 0x02, 0x88, 0x62, 0xbe, 0x2a, 0x17, 0x39, 0x76, 0xca, 0x11,
}

// deployerCode takes calldata salt ‖ initcode, creates the contract with CREATE2
// and returns its 20-byte address, or reverts. Tools compare the code's hash, so
// it is this exact sequence:
//
//	PUSH32 -32, CALLDATASIZE, ADD            length of the initcode
//	PUSH1 0, DUP2, PUSH1 32, DUP3, CALLDATACOPY
//	DUP1, CALLDATALOAD, DUP3, DUP3, CALLVALUE, CREATE2
//	DUP1, ISZERO, ISZERO, PUSH1 57, JUMPI    no address:
//	DUP2, DUP3, REVERT
//	JUMPDEST, DUP1, DUP3, MSTORE, POP, POP, POP, PUSH1 20, PUSH1 12, RETURN
const deployerCode = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe0" +
	"3601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"

// historyCode is the contract of EIP-2935, byte for byte as the EIP gives it.
const historyCode = "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff814303116042" +
	"57611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500"

// multicallCode is the compiled runtime of contracts/Multicall3.sol; `make
// contracts` builds it.
//
//go:embed contracts/Multicall3.bin-runtime
var multicallCode string

// Predeploys returns the contracts that stand on a development chain from the
// start.
func Predeploys() chain.Allocation {
	return chain.Allocation{
		DeployerAddress:           {Nonce: 1, Code: mustHex(deployerCode)},
		MulticallAddress:          {Nonce: 1, Code: mustHex(multicallCode)},
		execution.HistoryContract: {Nonce: 1, Code: mustHex(historyCode)},
	}
}

// mustHex decodes a constant of this package.
func mustHex(digits string) []byte {
	code, err := hex.DecodeString(strings.TrimSpace(digits))
	if err != nil {
		panic("development: a built-in contract is not hexadecimal: " + err.Error())
	}
	return code
}
