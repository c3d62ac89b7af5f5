package snapshot

import "github.com/credibleledger/credibleledger/kernel/chain"

// SampleRecords returns one record of each kind.
func SampleRecords() [][]byte {
	s := seal{&chain.Header{Height: 7}, chain.Proof{Kind: "test/1"}}
	l := link{s, [][]chain.Hash{{{1}}, {}}}
	b := block{l, &chain.Body{Batches: []chain.Batch{{{Wire: []byte{5}}}, {}}}, &chain.Results{}}
	h := handOver{s, &chain.ValidatorSet{Members: []chain.Validator{{ID: chain.Hash{1}, Weight: 1}}}}
	return [][]byte{s.encode(), l.encode(), b.encode(), h.encode()}
}

// DecodeRecords reads a record as each kind that it can be, and encodes it again.
func DecodeRecords(record []byte) map[string][]byte {
	again := map[string][]byte{}
	if s, err := decodeSeal(record); err == nil {
		again["seal"] = s.encode()
	}
	if l, err := decodeLink(record); err == nil {
		again["link"] = l.encode()
	}
	if b, err := decodeBlock(record); err == nil {
		again["block"] = b.encode()
	}
	if h, err := decodeHandOver(record); err == nil {
		again["hand-over"] = h.encode()
	}
	return again
}
