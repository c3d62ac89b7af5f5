package smartbft

import (
	"reflect"
	"testing"
	"unsafe"

	upstream "github.com/hyperledger-labs/SmartBFT/pkg/consensus"
	"github.com/hyperledger-labs/SmartBFT/pkg/types"
)

// TestTheProposalInFlightIsWhereItIsLookedFor holds store.go to the pinned version: whoever
// moves the pin must look again.
func TestTheProposalInFlightIsWhereItIsLookedFor(t *testing.T) {
	core := &upstream.Consensus{}
	if storeOf(core) != nil {
		t.Error("a proposal in flight of an engine that has not started")
	}
	field := reflect.ValueOf(core).Elem().FieldByName("inFlight")
	if !field.IsValid() || field.Kind() != reflect.Pointer {
		t.Fatal("the proposal in flight is gone")
	}
	reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Set(reflect.New(field.Type().Elem())) //nolint:gosec // as SmartBFT's start
	s := storeOf(core)
	if s == nil {
		t.Fatal("a proposal in flight cannot be stored as before")
	}
	s.StoreProposal(types.Proposal{Header: []byte("header")})
	s.StorePrepares(1, 1)
	if p := s.InFlightProposal(); p == nil || string(p.Header) != "header" || !s.IsInFlightPrepared() {
		t.Errorf("%v is in flight", p)
	}
	empty(s)
	if p := s.InFlightProposal(); p != nil || s.IsInFlightPrepared() {
		t.Errorf("%v is in flight after it was taken out", p)
	}
}
