package segment

import (
	"github.com/cockroachdb/pebble/v2"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Overwrite breaks one value of the database.
func Overwrite(l ledger.Ledger, key []byte) error {
	return l.(*Ledger).db.Set(key, []byte("broken"), pebble.NoSync)
}

// DropInclusions removes the index of transactions.
func DropInclusions(l ledger.Ledger) error {
	return l.(*Ledger).db.DeleteRange([]byte{tableInclude}, []byte{tableInclude + 1}, pebble.NoSync)
}
