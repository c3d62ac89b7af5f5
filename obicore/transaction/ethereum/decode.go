package ethereum

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/transaction/internal/envelope"
)

// Decode reads one signed transaction, as it stands in a block or in eth_sendRawTransaction, and nothing after it. It
// makes no copy: the result aliases raw. Errors wrap chain.ErrUnknownType, chain.ErrTooLarge (more than chain.MaxWire
// bytes), chain.ErrMalformed, ErrBlobSidecar or what Check returns.
func Decode(raw []byte) (*Transaction, error) {
	if len(raw) > chain.MaxWire {
		return nil, fmt.Errorf("%w: transaction of %d bytes", chain.ErrTooLarge, len(raw))
	}
	kind, err := chain.EnvelopeType(raw)
	if err != nil {
		return nil, err
	}
	if kind > TypeSetCode {
		return nil, fmt.Errorf("%w: 0x%02x", chain.ErrUnknownType, kind)
	}
	payload := raw
	if kind != TypeLegacy {
		payload = raw[1:]
	}
	t := &Transaction{Type: kind}
	if err := t.decodePayload(payload); err != nil {
		return nil, err
	}
	if err := t.Check(); err != nil {
		return nil, err
	}
	return t, nil
}

func (t *Transaction) decodePayload(payload []byte) error {
	if t.Type == TypeBlob && beginsWithList(payload) {
		return ErrBlobSidecar
	}
	err := envelope.Read(payload, "transaction", t.decodeFields)
	if err == nil && t.Type == TypeLegacy {
		return t.chainFromV()
	}
	return err
}

// beginsWithList recognises the network form [transaction, blobs, …] of a blob transaction by its first item.
func beginsWithList(payload []byte) bool {
	items, err := rlp.NewReader(payload).List()
	if err != nil {
		return false
	}
	kind, err := items.Next()
	return err == nil && kind == rlp.List
}

// decodeFields reads the fields in the order in which appendFields writes them, and the signature.
func (t *Transaction) decodeFields(f *envelope.Fields) {
	if t.Type != TypeLegacy {
		t.ChainID = f.Uint64("chainId")
	}
	t.Nonce = f.Uint64("nonce")
	if t.hasGasPrice() {
		t.GasPrice = f.Word("gasPrice")
	} else {
		t.TipCap = f.Word("maxPriorityFeePerGas")
		t.FeeCap = f.Word("maxFeePerGas")
	}
	t.Gas = f.Uint64("gas")
	t.To = f.Recipient("to")
	t.Value = f.Word("value")
	t.Data = f.Bytes("data")
	if t.Type != TypeLegacy {
		t.AccessList = f.Access("accessList")
	}
	if t.Type == TypeBlob {
		t.BlobFeeCap = f.Word("maxFeePerBlobGas")
		t.BlobHashes = blobHashes(f)
	}
	if t.Type == TypeSetCode {
		t.Authorizations = authorizations(f)
	}
	t.V = f.Word("v")
	t.R = f.Word("r")
	t.S = f.Word("s")
}
