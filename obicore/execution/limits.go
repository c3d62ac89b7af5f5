package execution

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// CheckLimits refuses limits that the present virtual machines would not keep:
// the EVM's interpreter has code size and depth built in.
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
			return fmt.Errorf("%w: limits.%s is %d, this binary's EVM keeps %d only", chain.ErrGenesis, limit.name, limit.have, limit.want)
		}
	}
	return nil
}
