package sim_test

import (
	"crypto/rand"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/contract/native"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/sim"
)

// input encodes a call with one bytes or bytes32 argument.
func input(signature string, argument []byte) []byte {
	selector := native.Selector(signature)
	if len(argument) == chain.HashSize {
		return append(selector[:], argument...)
	}
	return append(selector[:], native.EncodeBytes(argument)...)
}

// administer calls the module of the parameters as the administrator and waits
// until the validator set of that epoch decides.
func administer(t *testing.T, c *sim.Cluster, at *sim.Node, data []byte, epoch uint64) {
	t.Helper()
	id, err := at.Submit(c.Accounts[0].Call(chain.ParametersAddress, data))
	if err != nil {
		t.Fatal(err)
	}
	c.Settle(time.Minute, func() bool {
		return c.Judge.Included(id) && at.Chain.Head().Validators.Epoch == epoch
	})
}

func TestAnObserverBecomesAValidatorAndTheNetworkNeedsItFromThenOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := settings("standard")
		s.Observers = 1
		c := sim.New(t, s)
		c.Start()
		want := pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[4], recipient) == want })
		if c.Nodes[4].Chain.Validates() {
			t.Fatal("an observer takes part")
		}
		record := c.Nodes[4].Record()
		administer(t, c, c.Nodes[0], input("addValidator(bytes)", record.Encode()), 1)
		c.Nodes[0].Crash() // four of five are needed now
		want += pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[4], recipient) == want })
		if !c.Nodes[4].Chain.Validates() {
			t.Fatal("the new validator takes no part")
		}
	})
}

func TestAValidatorThatIsRemovedIsCutOffAndTheOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, settings("standard"))
		c.Start()
		want := pay(t, c, 1)
		gone := c.Nodes[3]
		administer(t, c, c.Nodes[0], input("removeValidator(bytes32)", gone.ID[:]), 1)
		want += pay(t, &sim.Cluster{Nodes: c.Nodes[:3], Accounts: c.Accounts}, 3)
		c.SettleAmong(c.Nodes[:3], time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		if gone.Chain.Validates() {
			t.Fatal("a removed validator still takes part")
		}
	})
}

func TestAValidatorRotatesItsKeysWhileTheNetworkRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := sim.New(t, settings("standard"))
		c.Start()
		want := pay(t, c, 1)
		c.Settle(time.Minute, func() bool { return balanceOf(t, c.Nodes[0], recipient) == want })
		rotating := c.Nodes[2]
		record, keys := rotating.Record(), node.Keys{}
		suite := rotating.Chain.Suite()
		for _, key := range []struct {
			scheme chain.Scheme
			place  *chain.PublicKey
		}{{suite.Default(), &record.ConsensusKey}, {chain.SchemeSecp256k1, &record.ExportKey}} {
			scheme, err := suite.Scheme(key.scheme)
			if err != nil {
				t.Fatal(err)
			}
			signer, err := scheme.Generate(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			*key.place = signer.Public()
			if keys.Signer == nil {
				keys.Signer = signer
			} else {
				keys.Export = signer
			}
		}
		rotating.Stop()
		rotating.Spare = []node.Keys{keys}
		rotating.Start()
		administer(t, c, c.Nodes[0], input("replaceValidator(bytes)", record.Encode()), 1)
		c.Nodes[0].Crash() // the one with new keys is needed
		want += pay(t, c, 2)
		c.Settle(time.Minute, func() bool { return balanceOf(t, rotating, recipient) == want })
	})
}
