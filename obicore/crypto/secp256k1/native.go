//go:build cgo

package secp256k1

import (
	"fmt"

	library "github.com/erigontech/secp256k1"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
)

// native is libsecp256k1 (BSD-3-Clause wrapper, MIT library). go-ethereum's crypto carries
// the same C names with other tables: no binary may link both (RATIONALE.md).
//
// Its contexts are built when the program starts and only read afterwards, so all calls may
// run at the same time. It reports a broken precondition by a panic: the lengths and the recovery id that
// it demands are checked by the callers here, and the remaining conditions hold for every
// value that it has parsed itself.
type native struct{}

func fastest() arithmetic { return native{} }

func (native) name() string { return "libsecp256k1" }

func (native) sign(secret []byte, digest chain.Hash) ([]byte, error) {
	signature, err := library.Sign(digest[:], secret)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", crypto.ErrSecret, err)
	}
	return signature, nil
}

func (native) recover(digest chain.Hash, signature []byte) ([]byte, bool) {
	key, err := library.RecoverPubkey(digest[:], signature)
	if err != nil {
		return nil, false
	}
	return key[1:], true // without the byte 0x04 of the uncompressed form
}
