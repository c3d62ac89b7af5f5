package smartbft

import (
	"reflect"
	"sync"
	"unsafe"

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
	s, _ := reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Interface().(store) //nolint:gosec // see above
	return s
}

// empty takes the proposal in flight out of a store, as SmartBFT does itself after a sync.
func empty(s store) {
	data := reflect.ValueOf(s).Elem()
	lock, held := data.FieldByName("lock"), data.FieldByName("v")
	mutex := (*sync.RWMutex)(unsafe.Pointer(lock.UnsafeAddr())) //nolint:gosec // see above
	mutex.Lock()
	defer mutex.Unlock()
	reflect.NewAt(held.Type(), unsafe.Pointer(held.UnsafeAddr())).Elem().SetZero() //nolint:gosec // see above
}
