package chain_test

import (
	"bytes"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func TestOnlyAWholeDelegationIsOne(t *testing.T) {
	want := chain.Address{1, 19: 2}
	code := chain.DelegationCode(want)
	if target, ok := chain.ParseDelegation(code); !ok || target != want {
		t.Errorf("%x delegates to %s, %t", code, target, ok)
	}
	for _, other := range [][]byte{nil, code[:22], append(bytes.Clone(code), 0), append([]byte{0xef, 0x01, 0x01}, want[:]...), bytes.Repeat([]byte{0}, 23)} {
		if target, ok := chain.ParseDelegation(other); ok {
			t.Errorf("%x delegates to %s", other, target)
		}
	}
}
