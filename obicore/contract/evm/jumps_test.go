package evm

import (
	"encoding/binary"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func TestTheCacheOfJumpsStaysBoundedAndRight(t *testing.T) {
	cache := newJumpCache(8)
	for n := range uint64(100) {
		var hash chain.Hash
		binary.BigEndian.PutUint64(hash[:], n%20+1)
		code := make([]byte, 40)
		code[n%20] = byte(JUMPDEST)
		marks := cache.of(hash, code)
		for i := range code {
			if marks.has(i) != (i == int(n%20)) {
				t.Fatalf("code %d: mark at %d is %t", n%20, i, marks.has(i))
			}
		}
		if len(cache.known) > 8 {
			t.Fatalf("%d codes are kept", len(cache.known))
		}
	}
	before := len(cache.known)
	if cache.of(chain.Hash{1}, make([]byte, 8*jumpCacheLarge+8)); len(cache.known) != before {
		t.Error("marks of very large code are kept")
	}
}
