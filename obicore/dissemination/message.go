package dissemination

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// MaxBatchCount bounds the transactions of one message.
const MaxBatchCount = 1 << 16

// ErrMessage says that a message is not a batch of transactions.
var ErrMessage = errors.New("dissemination: malformed message")

// EncodeTransactions returns the message that carries a batch of transactions.
func EncodeTransactions(batch []chain.Verified) []byte {
	wires := make([][]byte, len(batch))
	for i := range batch {
		wires[i] = batch[i].Raw
	}
	return Encode(wires)
}

// Encode returns the message that carries a batch: the list of its wire encodings.
func Encode(batch [][]byte) []byte {
	size := 0
	for _, raw := range batch {
		size += len(raw) + 5
	}
	payload := make([]byte, 0, size)
	for _, raw := range batch {
		payload = rlp.AppendBytes(payload, raw)
	}
	return rlp.AppendList(nil, payload)
}

// Decode reads what Encode writes; the parts alias the message.
func Decode(message []byte) (batch [][]byte, err error) {
	reader := rlp.NewReader(message)
	list, err := reader.List()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	for list.More() {
		raw, err := list.Bytes()
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrMessage, err)
		}
		if len(batch) == MaxBatchCount || len(raw) == 0 {
			return nil, fmt.Errorf("%w: item %d", ErrMessage, len(batch))
		}
		batch = append(batch, raw)
	}
	if err := reader.End(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	return batch, nil
}
