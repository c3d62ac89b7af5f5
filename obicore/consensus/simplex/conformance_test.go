package simplex_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/consensus"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/simplex"
)

func TestSimplexKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformant.Direction(conformant.Subject{Quick: testing.Short(), New: func() consensus.Module { return simplex.Module{} }}))
}
