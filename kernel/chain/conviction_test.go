package chain_test

import (
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

func TestAConvictionTakesOnlyNewerOffences(t *testing.T) {
	var c chain.Conviction
	for _, step := range []struct {
		height, round uint64
		taken         bool
	}{{0, 0, true}, {0, 0, false}, {5, 2, true}, {5, 1, false}, {4, 9, false}, {5, 3, true}, {6, 0, true}} {
		offence := chain.Offence{Height: step.height, Round: step.round}
		if c.Before(offence) != step.taken {
			t.Fatalf("after %+v, %+v", c, offence)
		}
		if step.taken {
			c = c.With(offence)
		}
	}
	if c != (chain.Conviction{Height: 6, Round: 0, Count: 4}) {
		t.Errorf("%+v", c)
	}
	again, err := chain.DecodeConviction(c.Encode())
	if err != nil || again != c {
		t.Errorf("%+v %v", again, err)
	}
}

func TestAConvictionIsDecodedStrictly(t *testing.T) {
	good := chain.Conviction{Height: 1, Round: 2, Count: 3}.Encode()
	for _, bad := range [][]byte{good[:len(good)-1], append(append([]byte(nil), good...), 0), {0xc0}, {0x01}} {
		if c, err := chain.DecodeConviction(bad); !errors.Is(err, chain.ErrMalformed) {
			t.Errorf("%x gives %+v, %v", bad, c, err)
		}
	}
	if c, err := chain.DecodeConviction(nil); err != nil || c.Count != 0 {
		t.Errorf("nothing gives %+v, %v", c, err)
	}
}
