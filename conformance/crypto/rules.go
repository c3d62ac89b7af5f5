package crypto

import (
	"slices"

	"github.com/credibleledger/credibleledger/conformance"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Direction returns the rules with the version of the standard that they belong to.
func Direction(newSuite func() crypto.Suite) conformance.Direction {
	return conformance.Direction{Name: "crypto", Version: crypto.Version, Rules: Rules(newSuite)}
}

// Rules returns the rules for the suite that newSuite makes. Each call of newSuite gives
// an independent value of the same suite.
func Rules(newSuite func() crypto.Suite) []conformance.Rule {
	b := bench{newSuite: newSuite}
	return slices.Concat(b.suiteRules(), b.signatureRules(), b.encodingRules(), b.keyRules(), b.addressRules(), b.cipherRules(), b.derivationRules(), b.concurrencyRules())
}

// bench is what the rules are made from.
type bench struct {
	newSuite func() crypto.Suite
}
