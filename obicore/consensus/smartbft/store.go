package smartbft

import (
	"reflect"
	"sync"

	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"
	"github.com/hyperledger-labs/SmartBFT/pkg/types"
)

// store is where SmartBFT keeps the proposal in flight, with whether this node is prepared
// for it: what its view data say. It is behind a private field, as the channels in
// unblock.go.
type store interface {
	InFlightProposal() *types.Proposal
	IsInFlightPrepared() bool
	StoreProposal(p types.Proposal)
	StorePrepares(view, height uint64)
}

// storeOf returns the store; nil before it has been made.
func storeOf(core *upstream.Consensus) store {
	field := reflect.ValueOf(core).Elem().FieldByName("inFlight")
	if !field.IsValid() || field.IsNil() {
		return nil
	}
	s, _ := private(field).Interface().(store)
	return s
}

// empty takes the proposal in flight out of a store, as SmartBFT does itself after a sync.
func empty(s store) {
	data := reflect.ValueOf(s).Elem()
	mutex := private(data.FieldByName("lock")).Addr().Interface().(*sync.RWMutex)
	mutex.Lock()
	defer mutex.Unlock()
	private(data.FieldByName("v")).SetZero()
}
