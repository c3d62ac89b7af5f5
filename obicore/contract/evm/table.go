package evm

// instruction is what the interpreter checks before it executes one.
type instruction struct {
	gas    uint64 // fixed part of the price
	least  uint16 // words that must be on the stack
	most   uint16 // words that may be on it, so that the result has room
	priced bool   // has a part of the price, or a condition, that depends on the operands
}

// table is an instruction set by opcode. Entries without a definition are priced, and
// pricing one of them fails.
type table [256]instruction

// define enters an instruction that takes and gives words.
func (t *table) define(op Opcode, gas uint64, takes, gives int) *instruction {
	t[op] = instruction{gas: gas, least: uint16(takes), most: uint16(stackLimit + takes - gives)}
	return &t[op]
}

// price enters an instruction whose price depends on its operands, too.
func (t *table) price(op Opcode, gas uint64, takes, gives int) {
	t.define(op, gas, takes, gives).priced = true
}

// cancunTable is the instruction set of Cancun, the oldest that is kept.
func cancunTable() (t table) {
	for op := range t {
		t[op] = instruction{most: stackLimit, priced: true}
	}
	t.arithmetic()
	t.surroundings()
	t.memoryAndStorage()
	t.flowAndStack()
	t.calls()
	return t
}

func (t *table) arithmetic() {
	t.define(STOP, 0, 0, 0)
	for _, op := range []Opcode{ADD, SUB, LT, GT, SLT, SGT, EQ, AND, OR, XOR, BYTE, SHL, SHR, SAR} {
		t.define(op, gasVeryLow, 2, 1)
	}
	for _, op := range []Opcode{MUL, DIV, SDIV, MOD, SMOD, SIGNEXTEND} {
		t.define(op, gasLow, 2, 1)
	}
	t.define(ISZERO, gasVeryLow, 1, 1)
	t.define(NOT, gasVeryLow, 1, 1)
	t.define(ADDMOD, gasMid, 3, 1)
	t.define(MULMOD, gasMid, 3, 1)
	t.price(EXP, gasExp, 2, 1)
	t.price(KECCAK256, gasKeccak256, 2, 1)
}

func (t *table) surroundings() {
	for _, op := range []Opcode{
		ADDRESS, ORIGIN, CALLER, CALLVALUE, CALLDATASIZE, CODESIZE, GASPRICE, RETURNDATASIZE, COINBASE,
		TIMESTAMP, NUMBER, PREVRANDAO, GASLIMIT, CHAINID, BASEFEE, BLOBBASEFEE,
	} {
		t.define(op, gasBase, 0, 1)
	}
	t.define(CALLDATALOAD, gasVeryLow, 1, 1)
	t.define(BLOCKHASH, gasBlockHash, 1, 1)
	t.define(BLOBHASH, gasVeryLow, 1, 1)
	t.define(SELFBALANCE, gasLow, 0, 1)
	for _, op := range []Opcode{BALANCE, EXTCODESIZE, EXTCODEHASH} {
		t.price(op, gasWarm, 1, 1)
	}
	for _, op := range []Opcode{CALLDATACOPY, CODECOPY, RETURNDATACOPY} {
		t.price(op, gasVeryLow, 3, 0)
	}
	t.price(EXTCODECOPY, gasWarm, 4, 0)
}

func (t *table) memoryAndStorage() {
	t.price(MLOAD, gasVeryLow, 1, 1)
	t.price(MSTORE, gasVeryLow, 2, 0)
	t.price(MSTORE8, gasVeryLow, 2, 0)
	t.price(MCOPY, gasVeryLow, 3, 0)
	t.define(MSIZE, gasBase, 0, 1)
	t.price(SLOAD, 0, 1, 1)
	t.price(SSTORE, 0, 2, 0)
	t.define(TLOAD, gasWarm, 1, 1)
	t.price(TSTORE, gasWarm, 2, 0)
	for topics := range 5 {
		t.price(LOG0+Opcode(topics), gasLog+gasLogTopic*uint64(topics), 2+topics, 0)
	}
}

func (t *table) flowAndStack() {
	t.define(JUMP, gasMid, 1, 0)
	t.define(JUMPI, gasHigh, 2, 0)
	t.define(PC, gasBase, 0, 1)
	t.define(GAS, gasBase, 0, 1)
	t.define(JUMPDEST, gasJumpDest, 0, 0)
	t.define(POP, gasBase, 1, 0)
	t.define(PUSH0, gasBase, 0, 1)
	for op := PUSH1; op <= PUSH32; op++ {
		t.define(op, gasVeryLow, 0, 1)
	}
	for n := 1; n <= 16; n++ {
		t.define(DUP1+Opcode(n-1), gasVeryLow, n, n+1)
		t.define(SWAP1+Opcode(n-1), gasVeryLow, n+1, n+1)
	}
}

func (t *table) calls() {
	t.price(CREATE, gasCreate, 3, 1)
	t.price(CREATE2, gasCreate, 4, 1)
	t.price(CALL, gasWarm, 7, 1)
	t.price(CALLCODE, gasWarm, 7, 1)
	t.price(DELEGATECALL, gasWarm, 6, 1)
	t.price(STATICCALL, gasWarm, 6, 1)
	t.price(RETURN, 0, 2, 0)
	t.price(REVERT, 0, 2, 0)
	t.price(SELFDESTRUCT, gasSelfDestruct, 1, 0)
}
