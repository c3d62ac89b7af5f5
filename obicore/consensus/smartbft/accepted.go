package smartbft

import (
	"fmt"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
)

// accepted remembers the proposals that this node has found good at one height, one
// for each view. SmartBFT may start a view again after a sync or a fault and would
// then take another proposal of a leader that makes two: a node that has taken one
// takes no other in that view. It outlives an instance. The votes that were asked for
// are remembered in the same way: one may also be for what a new view carries over. And so
// is what a new view says.
type accepted struct {
	mutex  sync.Mutex
	height uint64
	byView map[uint64]chain.Hash
}

// maxAccepted bounds the views of one height that are remembered; the host's record of
// votes stands behind.
const maxAccepted = 4096

// latest is the last height at which something was taken.
func (a *accepted) latest() uint64 {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	return a.height
}

// take notes a proposal; an error when another one of its view has been taken.
func (a *accepted) take(m metadata, hash chain.Hash) error {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	if m.height > a.height {
		a.height, a.byView = m.height, make(map[uint64]chain.Hash)
	}
	if m.height < a.height {
		return nil // it is decided; nobody votes for it any more
	}
	if known, ok := a.byView[m.view]; ok && known != hash {
		return fmt.Errorf("%w: another one of view %d for height %d has been taken before", consensus.ErrProposal, m.view, m.height)
	}
	if len(a.byView) < maxAccepted {
		a.byView[m.view] = hash
	}
	return nil
}
