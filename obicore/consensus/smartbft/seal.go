package smartbft

import (
	"bytes"
	"runtime"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"
)

// seal is held by a view from its vote to the record of it. SmartBFT marks the
// proposal in flight as prepared there, whichever it is, and panics when there is none.
// Who takes it away or puts another in its place holds the seal too.
type seal chan struct{}

// commitRecord is the first byte of the record of a vote: field 2 of SavedMessage.
const commitRecord = 0x12

// lockSeal is false when the instance ends.
func (i *instance) lockSeal() bool {
	select {
	case i.seal <- struct{}{}:
		return true
	case <-i.ctx.Done():
		return false
	}
}

func (i *instance) unlockSeal() {
	select {
	case <-i.seal:
	default:
	}
}

// sealVote ends the calling view when the height has been decided meanwhile, or another
// proposal is in flight: there is nothing to vote for, and a sync or the change of view
// that has laid the proposal aside starts another view.
func (i *instance) sealVote(p types.Proposal, height uint64) {
	if !i.lockSeal() {
		runtime.Goexit()
	}
	if s := storeOf(i.core); i.engine.height() >= height || s != nil && !holds(s, p) {
		i.unlockSeal()
		runtime.Goexit()
	}
}

// holds reports whether a proposal is the one in flight.
func holds(s store, p types.Proposal) bool {
	held := s.InFlightProposal()
	return held != nil && held.VerificationSequence == p.VerificationSequence &&
		bytes.Equal(held.Header, p.Header) && bytes.Equal(held.Metadata, p.Metadata) && bytes.Equal(held.Payload, p.Payload)
}

// unseal is called with every record.
func (i *instance) unseal(record []byte) {
	if len(record) > 0 && record[0] == commitRecord {
		i.unlockSeal()
	}
}

// beforePrune is called by a sync, which has moved the tip, before it takes the
// proposal in flight away.
func (i *instance) beforePrune() {
	if i.lockSeal() {
		i.unlockSeal()
	}
}
