package scheme

import (
	"fmt"
	"slices"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// Table is a suite's schemes in ascending order of their numbers.
type Table struct {
	schemes []crypto.Scheme
}

// NewTable returns a table of the given schemes, which have distinct numbers.
func NewTable(schemes ...crypto.Scheme) Table {
	slices.SortFunc(schemes, func(a, b crypto.Scheme) int { return int(a.ID()) - int(b.ID()) })
	return Table{schemes: schemes}
}

// Schemes returns a copy of the list, so that a caller cannot change the suite.
func (t Table) Schemes() []crypto.Scheme { return slices.Clone(t.schemes) }

// Scheme returns the scheme with the number id, or crypto.ErrScheme.
func (t Table) Scheme(id chain.Scheme) (crypto.Scheme, error) {
	for _, scheme := range t.schemes {
		if scheme.ID() == id {
			return scheme, nil
		}
	}
	return nil, fmt.Errorf("%w: %s", crypto.ErrScheme, id)
}
