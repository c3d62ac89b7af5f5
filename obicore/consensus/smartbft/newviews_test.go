package smartbft

import (
	"testing"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

func TestNewViewsOfOneSenderAreLookedAtEverySoOftenAndForgedOnesLess(t *testing.T) {
	const every = 100 * time.Millisecond
	a := allowance{left: maxAllowance, since: dawn}
	looks := func(from, to time.Duration, honest bool) (count int) {
		for after := from; after < to; after += 10 * time.Millisecond {
			if a.take(dawn.Add(after), every) {
				count++
				a.judged(honest, dawn.Add(after))
			}
		}
		return count
	}
	if n := looks(0, time.Second, true); n != maxAllowance+9 {
		t.Errorf("%d in the first second", n)
	}
	if n := looks(time.Second, 20*time.Second, false); n < 10 || n > 20 {
		t.Errorf("%d forged ones in 19 seconds", n)
	}
	if !a.take(dawn.Add(time.Hour), every) {
		t.Error("none is looked at an hour later")
	}
	a.judged(true, dawn.Add(time.Hour))
	for a.take(dawn.Add(time.Hour), every) {
	}
	if a.take(dawn, every) || !a.take(dawn.Add(every), every) {
		t.Error("a clock that was set back does not start the time anew")
	}
}

// signedView is a new view that all members have signed, on top of a height.
func signedView(t *testing.T, w *enginetest.World, view, height uint64) []byte {
	t.Helper()
	return newView(t, w, view, height, func(n *enginetest.Node, raw []byte) []byte {
		signature, err := n.Sign(viewKind, raw)
		if err != nil {
			t.Fatal(err)
		}
		return signature
	})
}

// newView names all members, each with what sign makes of its view data.
func newView(t *testing.T, w *enginetest.World, view, height uint64, sign func(n *enginetest.Node, raw []byte) []byte) []byte {
	t.Helper()
	raw, err := proto.Marshal(&protos.ViewData{NextView: view, LastDecision: &protos.Proposal{Metadata: metadata{0, height, 0}.encode()}})
	if err != nil {
		t.Fatal(err)
	}
	m := &protos.NewView{}
	for _, n := range w.Nodes {
		m.SignedViewData = append(m.SignedViewData, &protos.SignedViewData{RawViewData: raw, Signer: numberOf(n.ID), Signature: sign(n, raw)})
	}
	return encoded(t, &protos.Message{Content: &protos.Message_NewView{NewView: m}})
}

func TestWhoDoesNotLeadAViewMayRemindOfItOnce(t *testing.T) {
	c, given := &census{}, fair(1)
	given.New = c.newEngine
	enginetest.Run(t, given, func(w *enginetest.World) {
		w.Settle(time.Second)
		height := w.Highest()
		e := w.Nodes[0].Running().Engine.(*counted).engine
		said := func(from int, message []byte) (checks int) {
			c.mutex.Lock()
			before := c.checks
			c.mutex.Unlock()
			w.Send(from, 0, message)
			time.Sleep(time.Second)
			c.mutex.Lock()
			defer c.mutex.Unlock()
			return c.checks - before
		}
		if n := said(2, signedView(t, w, 9, height)); n != 4 || e.ended.lacks(height+1, 9) { // node 1 leads it
			t.Errorf("a reminder of view 9 is not heeded; %d checks", n)
		}
		e.begun.mutex.Lock()
		if len(e.begun.byView) > 0 {
			t.Error("a new view that does not come from its leader counts as said by it")
		}
		e.begun.mutex.Unlock()
		for view, height := range map[uint64]uint64{9: height, 8: height, 13: height - 1, 14: height + 1} {
			if n := said(2, signedView(t, w, view, height)); n != 0 {
				t.Errorf("view %d on height %d, which is no news of what is next, costs %d checks", view, height, n)
			}
		}
		if n := said(2, forged(t, w, 17, height)); n != 2 || !e.ended.lacks(height+1, 17) {
			t.Errorf("a forged reminder costs %d checks, want those after which there can be no quorum", n)
		}
		w.Settle(5 * time.Second)
	})
}
