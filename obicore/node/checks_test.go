package node_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/node"
)

func TestRelyingOnOthersIsRefusedWhereNoneOfThemMayLie(t *testing.T) {
	liars := consensus.Capabilities{Name: "engine", Fault: consensus.BFT}
	weighing := liars
	weighing.WeightedVotes = true
	for name, c := range map[string]struct {
		checks     node.Checks
		engine     consensus.Capabilities
		validators int
		want       string // in the error; empty for none
	}{
		"four that may lie":      {node.ChecksCertified, liars, 4, ""},
		"three":                  {node.ChecksCertified, liars, 3, "needs four validators or more, there are 3"},
		"one":                    {node.ChecksCertified, liars, 1, "needs four validators"},
		"that only crash":        {node.ChecksCertified, consensus.Capabilities{Name: "engine", Fault: consensus.CFT}, 4, "engine is for CFT"},
		"that weigh votes":       {node.ChecksCertified, weighing, 4, "weighs them"},
		"every, by one":          {node.ChecksEvery, consensus.Capabilities{}, 1, ""},
		"a way that there isn't": {"some", liars, 4, "want every or certified"},
	} {
		switch err := c.checks.Permit(c.engine, c.validators); {
		case c.want == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.want != "" && (!errors.Is(err, node.ErrChecks) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAChainOfOneValidatorDoesNotOpenWithCertificates(t *testing.T) {
	f := newFixture(t, "standard", nil)
	f.options.Checks = node.ChecksCertified
	if _, err := node.Open(context.Background(), f.registry, f.options); !errors.Is(err, node.ErrChecks) || !strings.Contains(err.Error(), `set blocks.checks to "every"`) {
		t.Errorf("%v", err)
	}
}
