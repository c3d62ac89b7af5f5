package smartbft

import "runtime"

// seal is held by a view from its vote to the record of it. SmartBFT marks the
// proposal in flight as prepared there, and panics when a sync has taken it away.
type seal chan struct{}

// commitRecord is the first byte of the record of a vote: field 2 of SavedMessage.
const commitRecord = 0x12

// sealVote ends the calling view when the height has been decided meanwhile: there is
// nothing to vote for, and the sync starts another view.
func (i *instance) sealVote(height uint64) {
	i.seal <- struct{}{}
	if i.engine.height() >= height {
		<-i.seal
		runtime.Goexit()
	}
}

// unseal is called with every record.
func (i *instance) unseal(record []byte) {
	if len(record) > 0 && record[0] == commitRecord {
		select {
		case <-i.seal:
		default:
		}
	}
}

// beforePrune is called by a sync, which has moved the tip, before it takes the
// proposal in flight away.
func (i *instance) beforePrune() {
	i.seal <- struct{}{}
	<-i.seal
}
