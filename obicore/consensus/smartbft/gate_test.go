package smartbft

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/inbox"
)

var dawn = time.UnixMilli(1_700_000_000_000)

// prepareOf is a message of a view; its height tells it from others.
func prepareOf(from, view, height uint64) frame {
	return frame{from: from, size: 10, message: &protos.Message{Content: &protos.Message_Prepare{Prepare: &protos.Prepare{View: view, Seq: height}}}}
}

func newViewOf(from, view uint64, size int) frame {
	return frame{from: from, size: size, next: view, message: &protos.Message{Content: &protos.Message_NewView{NewView: &protos.NewView{}}}}
}

func changeTo(from, view uint64) frame {
	return frame{from: from, size: 9, message: &protos.Message{Content: &protos.Message_ViewChange{ViewChange: &protos.ViewChange{NextView: view}}}}
}

func installed(view uint64) stage { return stage{current: metadata{view: view}, change: view} }

func TestTheGateLetsOutWhatItsViewIsReachedForInOrderOfEachSenderAndOfTheSendersInTurn(t *testing.T) {
	g := gate{limit: inbox.Limit{Frames: 100, Bytes: 10_000}}
	for n := range uint64(3) {
		for _, view := range []uint64{1, 2} {
			g.hold(prepareOf(1, view, n), installed(0), dawn.Add(time.Second))
		}
	}
	g.hold(prepareOf(2, 1, 9), installed(0), dawn.Add(time.Second))
	if frames := g.release(dawn, installed(0)); len(frames) > 0 {
		t.Errorf("%d messages are let out too early", len(frames))
	}
	var have [][2]uint64
	for _, f := range g.release(dawn, installed(1)) {
		have = append(have, [2]uint64{f.from, f.message.GetPrepare().GetSeq()})
	}
	if want := [][2]uint64{{1, 0}, {2, 9}, {1, 1}, {1, 2}}; !slices.Equal(have, want) {
		t.Errorf("view 1 lets out %v, want %v", have, want)
	}
	if frames := g.release(dawn, installed(2)); len(frames) != 3 {
		t.Errorf("view 2 lets out %d messages, want 3", len(frames))
	}
	if g.of[1].bytes != 0 || g.of[1].list.Len() != 0 {
		t.Errorf("%+v is left", g.of[1])
	}
}

func TestWhatHasWaitedLongEnoughLeavesTheGateOneOfEachSenderAtATime(t *testing.T) {
	g := gate{limit: inbox.Limit{Frames: 100, Bytes: 10_000}}
	for n := range uint64(50) {
		g.hold(prepareOf(1, 1<<63, n), installed(0), dawn.Add(time.Duration(n)*time.Millisecond))
	}
	g.hold(prepareOf(2, 1<<63, 0), installed(0), dawn.Add(10*time.Millisecond))
	for n := range uint64(50) {
		frames := g.release(dawn.Add(time.Second), installed(0))
		if n == 0 && (len(frames) != 2 || frames[1].from != 2) || n > 0 && len(frames) != 1 || frames[0].message.GetPrepare().GetSeq() != n {
			t.Fatalf("release %d: %d messages", n, len(frames))
		}
	}
	if frames := g.release(dawn.Add(time.Hour), installed(0)); len(frames) > 0 || !g.due.IsZero() {
		t.Errorf("%d messages more", len(frames))
	}
}

func TestASenderThatFillsItsShareOfTheGateLeavesAnothersEmpty(t *testing.T) {
	g := gate{limit: inbox.Limit{Frames: 20, Bytes: 1000}}
	held := 0
	for n := range uint64(1000) {
		if g.hold(prepareOf(1, 1<<63, n), installed(0), dawn) {
			held++
		}
	}
	if held != 20 {
		t.Errorf("%d messages of one sender are held, want 20", held)
	}
	for n := range uint64(20) {
		if !g.hold(prepareOf(2, 1, n), installed(0), dawn) {
			t.Fatalf("there is no room for message %d of another", n)
		}
	}
	if large := (gate{limit: inbox.Limit{Frames: 20, Bytes: 5}}); !large.hold(prepareOf(1, 1, 1), installed(0), dawn) || large.hold(prepareOf(1, 1, 2), installed(0), dawn) {
		t.Error("one message always fits, and none beside it that is too much")
	}
}

func TestOfNewViewsAndOfChangesOfOneViewASenderHasOneInTheGate(t *testing.T) {
	g := gate{limit: inbox.Limit{Frames: 20, Bytes: 1000}}
	for n := range 1000 {
		for _, f := range []frame{newViewOf(1, 5, 100+n%3), newViewOf(1, 6, 7), changeTo(1, 5), newViewOf(2, 5, 8)} {
			if !g.hold(f, installed(0), dawn.Add(time.Second)) {
				t.Fatalf("round %d: no room for %+v", n, f)
			}
		}
	}
	if g.hold(newViewOf(1, 5, 2000), installed(0), dawn) {
		t.Error("a new view that is too large takes the place of another")
	}
	if n := g.of[1].list.Len(); n != 3 {
		t.Errorf("%d of one sender are held, want two new views and one change", n)
	}
	g.hold(changeTo(1, 5), installed(0), dawn.Add(time.Minute))
	for range 10 { // the change is as new as its last message
		g.release(dawn.Add(2*time.Second), installed(0))
	}
	if n := g.of[1].list.Len(); n != 1 {
		t.Errorf("%d of one sender are held after two seconds, want the change", n)
	}
	g.hold(newViewOf(1, 5, 100), installed(0), dawn.Add(time.Minute))
	g.hold(newViewOf(1, 6, 7), installed(0), dawn.Add(time.Minute))
	g.hold(newViewOf(2, 5, 8), installed(0), dawn.Add(time.Minute))
	frames := g.release(dawn, installed(5))
	if len(frames) != 3 || frames[0].message.GetViewChange() == nil || frames[1].from != 2 || frames[2].size != 100 {
		t.Errorf("view 5 lets out %+v", frames)
	}
	if g.of[1].bytes != 7 || len(g.of[1].single) != 1 {
		t.Errorf("%+v is left", g.of[1])
	}
}

// SmartBFT may come back to a stage while nobody looks at the gate.
func TestWhatWasHeldAtAnotherStageIsLookedAtAgain(t *testing.T) {
	g := gate{limit: inbox.Limit{Frames: 20, Bytes: 1000}}
	carrying := installed(1)
	carrying.carrying = true
	g.release(dawn, installed(1))
	g.hold(prepareOf(1, 1, 1), carrying, dawn.Add(time.Hour))
	if frames := g.release(dawn, installed(1)); len(frames) != 1 {
		t.Errorf("%d messages are let out, want 1", len(frames))
	}
}

func TestALookAtAFullGateCopiesNothing(t *testing.T) {
	g := gate{limit: inbox.Limit{Frames: 1000, Bytes: 1 << 20}}
	for from := range uint64(4) {
		for n := range uint64(1000) {
			g.hold(prepareOf(from, 1<<63, n), installed(0), dawn.Add(time.Hour))
		}
	}
	g.release(dawn, installed(0))
	if n := testing.AllocsPerRun(100, func() { g.release(dawn, installed(0)) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// Whatever comes when, nothing is lost that had room, and nothing overtakes another message
// of its sender and its view.
func TestNothingIsLostInTheGateAndNothingOvertakes(t *testing.T) {
	for seed := range uint64(100) {
		random := rand.New(rand.NewPCG(seed, 2))
		g := gate{limit: inbox.Limit{Frames: 30, Bytes: 10_000}}
		now, at, next := dawn, installed(0), uint64(0)
		last, until := make(map[[2]uint64]uint64), make(map[uint64]time.Time)
		held, let := 0, 0
		look := func() {
			for _, f := range g.release(now, at) {
				m := f.message.GetPrepare()
				of := [2]uint64{f.from, m.GetView()}
				if m.GetSeq() < last[of] {
					t.Fatalf("seed %d: message %d of %v after %d", seed, m.GetSeq(), of, last[of])
				}
				if last[of] = m.GetSeq(); early(f, at) && now.Before(until[m.GetSeq()]) {
					t.Fatalf("seed %d: %v is let out early", seed, of)
				}
				let++
			}
		}
		for range 2000 {
			switch now = now.Add(time.Duration(random.IntN(500)) * time.Microsecond); random.IntN(20) {
			case 0:
				at = installed(at.current.view + uint64(random.IntN(3)))
			case 1, 2, 3:
				look()
			default:
				next++
				f := prepareOf(uint64(random.IntN(3)), at.current.view+uint64(random.IntN(4)), next)
				until[next] = now.Add(50 * time.Millisecond)
				if early(f, at) && g.hold(f, at, until[next]) {
					held++
				}
			}
		}
		now = now.Add(time.Hour)
		for range 100 {
			look()
		}
		if held != let {
			t.Errorf("seed %d: %d were held and %d let out", seed, held, let)
		}
	}
}

func TestWhatIsForAHeightThatComesSoonWaitsForIt(t *testing.T) {
	for height, waits := range map[uint64]bool{11: false, 12: false, 13: true, 26: true, 27: false} {
		for name, m := range map[string]*protos.Message{
			"pre-prepare": {Content: &protos.Message_PrePrepare{PrePrepare: &protos.PrePrepare{Seq: height}}},
			"prepare":     {Content: &protos.Message_Prepare{Prepare: &protos.Prepare{Seq: height}}},
			"commit":      {Content: &protos.Message_Commit{Commit: &protos.Commit{Seq: height}}},
		} {
			if have := early(frame{message: m}, stage{tip: 10}); have != waits {
				t.Errorf("a %s of height %d on height 10 waits: %t", name, height, have)
			}
		}
	}
}

// Without the care of the gate it catches up, which takes it 300 ms and more.
func TestANodeThatIsSlowForAMomentCatchesUpByItself(t *testing.T) {
	enginetest.Run(t, fair(1), func(w *enginetest.World) {
		w.Settle(time.Second)
		before := w.Nodes[3].Fetches()
		w.Nodes[3].Fail(enginetest.Faults{Commit: 90 * time.Millisecond})
		for height := uint64(2); height <= 20; height++ {
			if w.Order(); height == 6 {
				w.Nodes[3].Fail(enginetest.Faults{})
			}
			w.MustReach(height, time.Second, 0, 1, 2)
		}
		w.MustReach(20, 200*time.Millisecond, 3)
		if fetches := w.Nodes[3].Fetches() - before; fetches > 0 {
			t.Errorf("it has been asked %d times to fetch", fetches)
		}
	})
}
