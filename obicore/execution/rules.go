package execution

import "fmt"

// Rules are the switches of one version of the consensus rules, as far as
// execution is concerned. Instruction sets belong to the VMs.
type Rules struct {
	Version     uint64
	GasCap      uint64 // most gas of one transaction (EIP-7825); 0 = the block's
	Floor       bool   // calldata floor (EIP-7623)
	Delegation  bool   // EIP-7702
	BlobsPerTx  int    // most blobs of one transaction; 0 = the block's (EIP-7594)
	History     bool   // header hashes in the history contract (EIP-2935)
	InitcodeMax int    // bytes (EIP-3860)
}

// RulesTable maps versions to rules. A node stops before a height whose version
// its table lacks.
type RulesTable map[uint64]Rules

// DefaultRules returns the versions that this binary knows: version 1 is
// Ethereum's Osaka.
func DefaultRules() RulesTable {
	return RulesTable{1: {
		Version: 1, GasCap: 1 << 24, Floor: true, Delegation: true, BlobsPerTx: 6, History: true, InitcodeMax: 49_152,
	}}
}

// Of returns the rules of a version.
func (t RulesTable) Of(version uint64) (Rules, error) {
	rules, ok := t[version]
	if !ok {
		return Rules{}, &UnknownRulesError{Version: version, Known: t.newest()}
	}
	return rules, nil
}

func (t RulesTable) newest() (version uint64) {
	for v := range t {
		version = max(version, v)
	}
	return version
}

// UnknownRulesError says that the chain has moved to rules that this binary does
// not have.
type UnknownRulesError struct {
	Version uint64
	Known   uint64 // newest version that the binary has
}

// Error implements error.
func (e *UnknownRulesError) Error() string {
	return fmt.Sprintf("rules version %d is needed and this binary has versions up to %d: install a newer one and start it again", e.Version, e.Known)
}
