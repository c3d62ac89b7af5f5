package envelope

import (
	"encoding/binary"
	"math/bits"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// CostOverflows says whether price × gas needs more than 256 bits.
func CostOverflows(price chain.Word, gas uint64) bool {
	var carry uint64
	for end := len(price); end > 0; end -= 8 {
		high, low := bits.Mul64(binary.BigEndian.Uint64(price[end-8:end]), gas)
		_, carried := bits.Add64(low, carry, 0)
		carry = high + carried // high is at most 2^64-2, so this does not wrap
	}
	return carry != 0
}
