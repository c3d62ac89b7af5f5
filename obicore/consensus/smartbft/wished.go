package smartbft

import (
	"sync/atomic"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
	"google.golang.org/protobuf/proto"
)

// wished is the view that the log of an instance ends in a change to. SmartBFT starts in
// it as if it were installed. Its leader would propose at once, and forget for that
// proposal the one that others may be prepared for; so it does not, until a new view is
// installed.
type wished struct{ after atomic.Uint64 } // the view and one more; 0 for none

// newViewRecord is the first byte of the record of an installed view: field 3 of
// SavedMessage.
const newViewRecord = 0x1a

func (w *wished) begin(records [][]byte) {
	if len(records) == 0 {
		return
	}
	last := &protos.SavedMessage{}
	if err := proto.Unmarshal(records[len(records)-1], last); err == nil && last.GetViewChange() != nil {
		w.after.Store(last.GetViewChange().GetNextView() + 1)
	}
}

func (w *wished) is(view uint64) bool { return w.after.Load() == view+1 }

// note is called with every record.
func (w *wished) note(record []byte) {
	if len(record) > 0 && record[0] == newViewRecord {
		w.after.Store(0)
	}
}
