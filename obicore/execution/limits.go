package execution

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// CheckLimits refuses limits that the present rules do not have: version 1 is Ethereum's
// in what its tools count with.
func CheckLimits(limits chain.Limits) error {
	fixed := chain.DefaultLimits()
	for _, limit := range []struct {
		name       string
		have, want uint64
	}{
		{"codeBytes", limits.CodeBytes, fixed.CodeBytes},
		{"initcodeBytes", limits.InitcodeBytes, fixed.InitcodeBytes},
		{"callDepth", limits.CallDepth, fixed.CallDepth},
	} {
		if limit.have != limit.want {
			return fmt.Errorf("%w: limits.%s is %d, rules version 1 has %d only", chain.ErrGenesis, limit.name, limit.have, limit.want)
		}
	}
	return nil
}
