package merklepatricia

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// maxNodes bounds the nodes of one way: a path leads through each depth at most once,
// and the value stands in the last node.
const maxNodes = pathNibbles + 1

// proof is a decoded Path: the encoded nodes on the way through the account trie and
// then through the storage trie, from the root on, as EIP-1186 lists them. A node that
// stands in its parent is not listed.
type proof struct {
	account [][]byte
	storage [][]byte
}

// encode returns rlp([[node…], [node…]]), each node as a byte string.
func (p *proof) encode() []byte {
	var payload []byte
	for _, way := range [][][]byte{p.account, p.storage} {
		var items []byte
		for _, encoded := range way {
			items = rlp.AppendBytes(items, encoded)
		}
		payload = rlp.AppendList(payload, items)
	}
	return rlp.AppendList(nil, payload)
}

// decodeProof reads what encode writes, and nothing else. The proof aliases b.
func decodeProof(b []byte) (p proof, err error) {
	whole := rlp.NewReader(b)
	ways, err := whole.List()
	if err == nil {
		p.account, err = decodeWay(ways)
	}
	if err == nil {
		p.storage, err = decodeWay(ways)
	}
	if err == nil {
		err = ways.End()
	}
	if err == nil {
		err = whole.End()
	}
	if err != nil {
		return p, fmt.Errorf("%w: malformed path: %w", ledger.ErrProof, err)
	}
	return p, nil
}

func decodeWay(ways *rlp.Reader) (way [][]byte, err error) {
	items, err := ways.List()
	if err != nil {
		return nil, err
	}
	for items.More() {
		if len(way) == maxNodes {
			return nil, fmt.Errorf("more than %d nodes", maxNodes)
		}
		encoded, err := items.Bytes()
		if err != nil {
			return nil, err
		}
		way = append(way, encoded)
	}
	return way, nil
}
