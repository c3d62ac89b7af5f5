package crypto_test

import (
	"testing"

	"github.com/credibleledger/credibleledger/conformance"
	conformant "github.com/credibleledger/credibleledger/conformance/crypto"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
)

func newStandard() crypto.Suite { return standard.New() }

func newGM() crypto.Suite { return gm.New() }

func TestStandardSuiteKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformant.Direction(newStandard))
}

func TestGMSuiteKeepsTheStandard(t *testing.T) {
	conformance.Test(t, conformant.Direction(newGM))
}
