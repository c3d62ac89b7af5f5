package ethereum

import (
	"encoding/binary"
	"math"
	"math/bits"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// blobHashVersion is the first byte of a blob hash: VERSIONED_HASH_VERSION_KZG of EIP-4844.
const blobHashVersion = 1

// Check tells whether the signed transaction obeys the rules that need no state; see the package comment for the list.
// It does not recover the sender. It returns one of the errors of this package.
func (t *Transaction) Check() error {
	if err := t.checkUnsigned(); err != nil {
		return err
	}
	_, err := t.signature()
	return err
}

func (t *Transaction) checkUnsigned() error {
	switch {
	case t.Nonce == math.MaxUint64:
		return ErrNonce
	case t.tipCap().Cmp(t.feeCap()) > 0:
		return ErrTip
	case productOverflows(t.feeCap(), t.Gas):
		return ErrGasCost
	}
	switch t.Type {
	case TypeBlob:
		return t.checkBlobs()
	case TypeSetCode:
		return t.checkAuthorizations()
	}
	return nil
}

func (t *Transaction) checkBlobs() error {
	if t.To == nil {
		return ErrCreation
	}
	if len(t.BlobHashes) == 0 {
		return ErrNoBlobs
	}
	for _, hash := range t.BlobHashes {
		if hash[0] != blobHashVersion {
			return ErrBlobVersion
		}
	}
	return nil
}

func (t *Transaction) checkAuthorizations() error {
	if t.To == nil {
		return ErrCreation
	}
	if len(t.Authorizations) == 0 {
		return ErrNoAuthorizations
	}
	return nil
}

// productOverflows says whether price × gas needs more than 256 bits.
func productOverflows(price chain.Word, gas uint64) bool {
	var carry uint64
	for end := len(price); end > 0; end -= 8 {
		high, low := bits.Mul64(binary.BigEndian.Uint64(price[end-8:end]), gas)
		_, carried := bits.Add64(low, carry, 0)
		carry = high + carried // high is at most 2^64-2, so this does not wrap
	}
	return carry != 0
}
