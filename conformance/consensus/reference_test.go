package consensus_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/consensus"
	"github.com/credibleledger/credibleledger/conformance/consensus/reference"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

func TestTheReferenceKeepsTheStandard(t *testing.T) {
	for _, fault := range []consensus.Fault{consensus.CFT, consensus.BFT} {
		t.Run(fault.String(), func(t *testing.T) {
			conformance.Test(t, conformant.Direction(conformant.Subject{
				Stepped: true, New: func() consensus.Module { return reference.Module{Fault: fault} },
			}))
		})
	}
}
