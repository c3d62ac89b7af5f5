package ethereum

import (
	"math"

	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
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
	case envelope.CostOverflows(t.feeCap(), t.Gas):
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
