package node_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
)

func TestMessagesOfPeersThatStayAreTakenWhileTheMeshCutsOthers(t *testing.T) {
	s := newStaged(t, 3, 1)
	s.mesh.answer = func(chain.NodeID, any) []byte { return says(0) }
	c := s.start()
	entered, leave := make(chan []network.Peer), make(chan struct{})
	var inside atomic.Int32
	s.mesh.listed = func(peers []network.Peer) {
		if inside.Add(1) > 1 {
			t.Error("the mesh gets two lists at a time")
		}
		entered <- peers
		<-leave // as while somebody who is cut does not read why
		inside.Add(-1)
	}
	addressed := func(peers []network.Peer, address string) bool {
		return slices.ContainsFunc(peers, func(p network.Peer) bool { return p.ID == s.validators[0] && p.Address == address })
	}
	var calls sync.WaitGroup
	list := func(address string) {
		calls.Go(func() {
			book := []network.Peer{{ID: s.validators[0], Address: address}}
			if err := c.SetPeers(book, s.validators[1:]); err != nil {
				t.Error(err)
			}
		})
	}
	list("first")
	if peers := <-entered; !addressed(peers, "first") || len(peers) != 1 {
		t.Errorf("the mesh gets %+v", peers)
	}
	handled := make(chan struct{})
	go func() {
		s.mesh.handlers.Receive(s.validators[0], network.Sync, says(5))
		s.mesh.handlers.Changed(s.observers[0], network.Sync, false)
		close(handled)
	}()
	select {
	case <-handled:
		if behind := c.Condition().Behind; behind != 5 {
			t.Errorf("the node is %d blocks behind", behind)
		}
	case <-time.After(20 * time.Second):
		t.Error("a message waits for the mesh")
	}
	list("second")
	leave <- struct{}{}
	if peers := <-entered; !addressed(peers, "second") {
		t.Errorf("the mesh gets %+v", peers)
	}
	leave <- struct{}{}
	calls.Wait()
}
