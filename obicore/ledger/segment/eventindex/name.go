package eventindex

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// name stands for a value in one position of an event.
type name uint64

func nameOf(position byte, value []byte) name {
	var buffer [1 + chain.HashSize]byte
	buffer[0] = position
	sum := sha256.Sum256(buffer[:1+copy(buffer[1:], value)])
	return name(binary.BigEndian.Uint64(sum[:]))
}

// namesIn calls f for the names in a receipt, for some more than once.
func namesIn(receipt *chain.Receipt, f func(name)) {
	for i := range receipt.Logs {
		log := &receipt.Logs[i]
		f(nameOf(0, log.Address[:]))
		for k := range log.Topics {
			f(nameOf(byte(k+1), log.Topics[k][:]))
		}
	}
}

// positions turns a query into names: a block is a candidate when it holds one of each
// position.
func positions(query *ledger.EventQuery) (list [][]name) {
	if len(query.Emitters) > 0 {
		names := make([]name, len(query.Emitters))
		for i := range query.Emitters {
			names[i] = nameOf(0, query.Emitters[i][:])
		}
		list = append(list, names)
	}
	for position, topics := range query.Topics {
		if len(topics) == 0 {
			continue
		}
		names := make([]name, len(topics))
		for i := range topics {
			names[i] = nameOf(byte(position+1), topics[i][:])
		}
		list = append(list, names)
	}
	return list
}
