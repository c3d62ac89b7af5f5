package mesh

import (
	"encoding/hex"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// TestTheFormatIsFrozen holds protocol version 1 to its bytes: a change needs a new version.
func TestTheFormatIsFrozen(t *testing.T) {
	h := hello{Version: 1, Identity: chain.Hash{1}, Node: chain.NodeID{2}, Class: 1, Window: 1 << 26, Message: 1 << 25, Instance: 5, Connection: 6}
	const zeros = "00000000000000000000000000000000000000000000000000000000000000"
	for name, c := range map[string]struct {
		frame []byte
		want  string
	}{
		"hello":   {appendFrame(nil, frameHello, h.encode()), "0000005301" + "f851" + "01" + "a001" + zeros + "a002" + zeros + "01" + "8404000000" + "8402000000" + "05" + "06" + "80"},
		"message": {appendFrame(nil, frameMessage, []byte("abc")), "0000000302616263"},
		"credit":  {appendNumber(nil, frameCredit, 258), "00000008030000000000000102"},
		"ping":    {appendNumber(nil, framePing, 1), "00000008040000000000000001"},
		"pong":    {appendNumber(nil, framePong, 1), "00000008050000000000000001"},
		"goodbye": {appendFrame(nil, frameGoodbye, (&farewell{codeShutdown, "bye"}).encode()), "000000040601627965"},
	} {
		if got := hex.EncodeToString(c.frame); got != c.want {
			t.Errorf("%s is\n%s, want\n%s", name, got, c.want)
		}
	}
}
