package node

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/pool"
)

// NextNonce returns the next nonce of a lane in a state, 0 for the unordered lane.
func NextNonce(view ledger.View, lane pool.Lane) (uint64, error) {
	switch lane.Number {
	case 0:
		account, err := Account(view, lane.Sender)
		return account.Nonce, err
	case chain.UnorderedLane:
		return 0, nil
	}
	value, err := view.Get(chain.LaneKey(lane.Sender, lane.Number))
	return laneNonce(value), err
}

// laneNonce reads a value that only execution has written.
func laneNonce(stored []byte) uint64 {
	word, _ := chain.WordFromBytes(stored)
	nonce, _ := word.Uint64()
	return nonce
}

// noncesIn returns the next nonces of the lanes that a block has moved on.
func noncesIn(results *chain.Results) map[pool.Lane]uint64 {
	nonces := make(map[pool.Lane]uint64)
	for i := range results.Transactions {
		noteNonces(nonces, results.Transactions[i].Writes)
	}
	return nonces
}

// noteNonces adds what writes say of nonces; what is removed is no lane's concern.
func noteNonces(nonces map[pool.Lane]uint64, writes []chain.Write) {
	for _, write := range writes {
		switch key := write.Key; {
		case len(write.Value) == 0:
		case key.Space == chain.SpaceAccount:
			if account, err := chain.DecodeAccount(write.Value); err == nil {
				nonces[pool.Lane{Sender: key.Owner}] = account.Nonce
			}
		case key.Owner == chain.LaneAddress && key.Space == chain.SpaceStorage:
			sender, number := chain.LaneOf(chain.Word([]byte(key.Subkey)))
			nonces[pool.Lane{Sender: sender, Number: number}] = laneNonce(write.Value)
		}
	}
}
