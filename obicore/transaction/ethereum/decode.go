package ethereum

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
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
	outer := fields{reader: rlp.NewReader(payload)}
	if t.Type == TypeBlob && beginsWithList(payload) {
		return ErrBlobSidecar
	}
	outer.list("transaction", t.decodeFields)
	if outer.err == nil {
		outer.fail("transaction", outer.reader.End())
	}
	if outer.err == nil && t.Type == TypeLegacy {
		return t.chainFromV()
	}
	return outer.err
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
func (t *Transaction) decodeFields(f *fields) {
	if t.Type != TypeLegacy {
		t.ChainID = f.uint64("chainId")
	}
	t.Nonce = f.uint64("nonce")
	if t.hasGasPrice() {
		t.GasPrice = f.word("gasPrice")
	} else {
		t.TipCap = f.word("maxPriorityFeePerGas")
		t.FeeCap = f.word("maxFeePerGas")
	}
	t.Gas = f.uint64("gas")
	t.To = f.recipient("to")
	t.Value = f.word("value")
	t.Data = f.bytes("data")
	if t.Type != TypeLegacy {
		t.AccessList = f.accessList()
	}
	if t.Type == TypeBlob {
		t.BlobFeeCap = f.word("maxFeePerBlobGas")
		t.BlobHashes = f.blobHashes()
	}
	if t.Type == TypeSetCode {
		t.Authorizations = f.authorizations()
	}
	t.V = f.word("v")
	t.R = f.word("r")
	t.S = f.word("s")
}
