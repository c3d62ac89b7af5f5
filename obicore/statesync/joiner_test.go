package statesync_test

import (
	"encoding/binary"
	"hash/crc32"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/statesync"
)

// manifestOf makes the manifest of a snapshot whose state has a number of parts. Headers
// tell those of different nodes apart, as proofs do; salt tells states apart.
func manifestOf(t testing.TB, height, parts uint64, headers, salt byte) statesync.Offer {
	t.Helper()
	return manifestWith(t, height, 2, parts, headers, salt)
}

// manifestWith is manifestOf with a number of parts of headers.
func manifestWith(t testing.TB, height, headerParts, parts uint64, headers, salt byte) statesync.Offer {
	t.Helper()
	section := func(bytes, parts uint64, digest byte) []byte {
		index := rlp.AppendBytes(nil, (&[32]byte{digest, 1})[:])
		return rlp.AppendList(nil, rlp.AppendList(rlp.AppendUint64(rlp.AppendUint64(nil, bytes), parts), index))
	}
	p := rlp.AppendBytes(rlp.AppendBytes(nil, []byte(snapshot.Format)), []byte("genesis"))
	p = rlp.AppendBytes(p, make([]byte, 32))
	p = rlp.AppendUint64(rlp.AppendUint64(p, height), 0)
	for range 3 {
		p = rlp.AppendBytes(p, make([]byte, 32))
	}
	p = rlp.AppendBytes(p, nil)
	empty := rlp.AppendList(nil, rlp.AppendList(rlp.AppendUint64(rlp.AppendUint64(nil, 0), 0), nil))
	sections := append(append(section(9, 1, headers), section(9*headerParts, headerParts, headers)...), append(section(9, 1, headers), empty...)...)
	sections = append(sections, section(9*parts, parts, salt)...)
	b := rlp.AppendList(nil, rlp.AppendList(p, sections))
	m, err := snapshot.DecodeManifest(binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli))))
	if err != nil {
		t.Fatal(err)
	}
	return statesync.Offer{Hash: chain.Hash{byte(height), headers, salt}, Manifest: m}
}

// behaviour is what a peer does with a request: its verdict, or nothing at all.
type behaviour func(statesync.Request) (verdict statesync.Verdict, answers bool)

func honest(statesync.Request) (statesync.Verdict, bool)  { return statesync.Good, true }
func silent(statesync.Request) (statesync.Verdict, bool)  { return statesync.Good, false }
func lying(statesync.Request) (statesync.Verdict, bool)   { return statesync.False, true }
func without(statesync.Request) (statesync.Verdict, bool) { return statesync.Declined, true }

// world runs a joiner among peers in a time of its own.
type world struct {
	t       *testing.T
	joiner  *statesync.Joiner
	now     time.Time
	offers  map[chain.NodeID][]statesync.Offer
	behave  map[chain.NodeID]behaviour
	held    map[uint64]map[snapshot.Place]bool // by height
	asked   map[chain.NodeID]int
	refuses func(*snapshot.Manifest) bool // when the headers are checked
	checked bool
}

func newWorld(t *testing.T, prefer uint64, peers int) *world {
	w := &world{
		t: t, now: time.Unix(1000, 0), offers: map[chain.NodeID][]statesync.Offer{}, behave: map[chain.NodeID]behaviour{},
		held: map[uint64]map[snapshot.Place]bool{}, asked: map[chain.NodeID]int{},
		refuses: func(*snapshot.Manifest) bool { return false },
	}
	w.joiner = statesync.New(statesync.DefaultLimits(), peers, prefer, w.now)
	return w
}

func (w *world) peer(name byte, b behaviour, offers ...statesync.Offer) chain.NodeID {
	id := chain.NodeID{name}
	w.offers[id], w.behave[id] = offers, b
	w.joiner.Connected(id)
	return id
}

func (w *world) places() map[snapshot.Place]bool {
	height := w.joiner.Chosen().Height
	if w.held[height] == nil {
		w.held[height] = map[snapshot.Place]bool{}
	}
	return w.held[height]
}

// run lets time pass until the joiner has come to an end, which it must within steps.
func (w *world) run() statesync.Stage {
	w.t.Helper()
	for range 100_000 {
		effects, wake := w.joiner.Step(w.now)
		switch stage := w.joiner.Stage(); {
		case stage == statesync.Over || stage == statesync.Complete:
			return stage
		case stage == statesync.Chosen:
			w.checked = false
			held := w.places()
			w.joiner.Begin(func(p snapshot.Place) bool { return held[p] })
			continue
		}
		for _, e := range effects {
			w.answer(e)
		}
		if len(effects) == 0 {
			if wake.IsZero() {
				w.t.Fatalf("nothing to do and nothing to wait for in stage %d", w.joiner.Stage())
			}
			w.now = wake
		}
	}
	w.t.Fatal("the joiner comes to no end")
	return 0
}

func (w *world) answer(e statesync.Effect) {
	request, asks := e.Message.(*statesync.Request)
	if !asks {
		if w.offers[e.Peer] != nil {
			w.joiner.Offered(e.Peer, w.offers[e.Peer])
		}
		return
	}
	w.asked[e.Peer]++
	verdict, answers := w.behave[e.Peer](*request)
	if !answers || !w.joiner.Expects(e.Peer, *request) {
		return
	}
	if verdict == statesync.Good {
		w.places()[request.Place] = true
	}
	w.joiner.Answered(e.Peer, request.Place, verdict, w.now)
	if w.joiner.Stage() >= statesync.State && !w.checked {
		w.checked = true
		if w.refuses(w.joiner.Chosen()) {
			w.joiner.Refuse(true, w.now)
		}
	}
}

func (w *world) completes(height uint64) {
	w.t.Helper()
	if stage := w.run(); stage != statesync.Complete || w.joiner.Chosen().Height != height {
		w.t.Fatalf("stage %d, %+v", stage, w.joiner.Chosen())
	}
	if held, all := w.joiner.Held(); held != all {
		w.t.Fatalf("%d of %d places are held", held, all)
	}
}

func TestTheStateComesFromAllWhoShareItAndHeadersFromOne(t *testing.T) {
	w := newWorld(t, 0, 3)
	for i := range byte(3) {
		w.peer(i+1, honest, manifestOf(t, 40, 300, i, 7), manifestOf(t, 20, 300, i, 6))
	}
	w.completes(40)
	for id, count := range w.asked {
		if count < 50 {
			t.Errorf("%x was asked for %d places", id[0], count)
		}
	}
	if !w.now.Equal(time.Unix(1000, 0)) {
		t.Errorf("it waited until %s although all have answered", w.now)
	}
}

func TestLyingSilentAndEmptyHandedPeersDoNotHoldTheNodeBack(t *testing.T) {
	for name, bad := range map[string]behaviour{"lying": lying, "silent": silent, "without": without} {
		w := newWorld(t, 0, 4)
		offer := manifestOf(t, 40, 500, 1, 7)
		w.peer(1, bad, offer)
		w.peer(2, honest, offer)
		w.peer(3, bad, offer)
		w.peer(4, honest) // it has nothing to offer
		w.completes(40)
		if asked := w.asked[chain.NodeID{1}]; name == "lying" && asked > statesync.DefaultLimits().InFlight {
			t.Errorf("a liar was asked %d times", asked)
		}
		if w.asked[chain.NodeID{4}] > 0 {
			t.Error("a place was asked of a peer that does not offer it")
		}
	}
}

func TestAPeerThatAnswersOneQuestionOfThreeIsStillUsed(t *testing.T) {
	w := newWorld(t, 0, 1)
	turn := 0
	w.peer(1, func(statesync.Request) (statesync.Verdict, bool) {
		turn++
		return statesync.Good, turn%3 == 0
	}, manifestOf(t, 40, 100, 1, 7))
	w.completes(40)
}

func TestAForgedOfferMakesRoomForTheNext(t *testing.T) {
	w := newWorld(t, 0, 2)
	liar := w.peer(1, honest, manifestOf(t, 900, 10, 1, 7))
	w.peer(2, honest, manifestOf(t, 40, 10, 2, 8))
	w.refuses = func(m *snapshot.Manifest) bool { return m.Height == 900 }
	w.completes(40)
	if headers := 4 + 4; w.asked[liar] > headers+10 {
		t.Errorf("a forged snapshot was fetched: %d places", w.asked[liar])
	}
}

func TestOneWhoIsAloneWithAHeightComesAfterThoseWhoAgree(t *testing.T) {
	w := newWorld(t, 0, 3)
	w.peer(1, silent, manifestOf(t, 900, 10, 1, 7))
	w.peer(2, honest, manifestOf(t, 40, 10, 2, 8))
	w.peer(3, honest, manifestOf(t, 40, 10, 3, 8))
	w.completes(40)
}

func TestASnapshotThatIsGivenUpMeanwhileIsReplacedByANewerOne(t *testing.T) {
	w := newWorld(t, 0, 1)
	var id chain.NodeID
	id = w.peer(1, func(r statesync.Request) (statesync.Verdict, bool) {
		if r.Height == 40 && r.Place.OfState() && r.Place.Number > 5 {
			w.offers[id] = []statesync.Offer{manifestOf(t, 80, 20, 1, 9)}
			return statesync.Declined, true
		}
		return statesync.Good, true
	}, manifestOf(t, 40, 20, 1, 7))
	w.completes(80)
}

func TestWhatIsHeldIsNotAskedForAgain(t *testing.T) {
	w := newWorld(t, 40, 2)
	w.peer(1, honest, manifestOf(t, 80, 100, 1, 9))
	w.peer(2, honest, manifestOf(t, 40, 100, 1, 7))
	w.held[40] = map[snapshot.Place]bool{}
	for n := range uint64(60) {
		w.held[40][snapshot.Place{Section: snapshot.Sections - 1, Number: n}] = true
	}
	w.completes(40)
	if asked := w.asked[chain.NodeID{2}]; asked != 8+40 {
		t.Errorf("%d places were asked for", asked)
	}
}

func TestAPeerThatComesLateHelpsAndOneThatGoesIsReplaced(t *testing.T) {
	w := newWorld(t, 0, 1)
	offer := manifestOf(t, 40, 200, 1, 7)
	gone := false
	var first chain.NodeID
	first = w.peer(1, func(r statesync.Request) (statesync.Verdict, bool) {
		if r.Place.OfState() && r.Place.Number == 20 && !gone {
			gone = true
			w.joiner.Gone(first)
			w.peer(2, honest, offer)
		}
		return statesync.Good, !gone
	}, offer)
	w.completes(40)
}

func TestTheSearchEndsWhenNobodyOffers(t *testing.T) {
	w := newWorld(t, 0, 2)
	w.peer(1, honest)
	if stage := w.run(); stage != statesync.Over || w.now.Sub(time.Unix(1000, 0)) != statesync.DefaultLimits().Search {
		t.Fatalf("stage %d after %s", stage, w.now)
	}
	// Nobody completes what everybody offers.
	w = newWorld(t, 0, 1)
	w.peer(1, silent, manifestOf(t, 40, 10, 1, 7))
	if stage := w.run(); stage != statesync.Over {
		t.Fatal(stage)
	}
	if w = newWorld(t, 0, 0); w.run() != statesync.Over {
		t.Fatal("without peers")
	}
}

func TestANodeThatHasHalfASnapshotWaitsForItsPeers(t *testing.T) {
	w := newWorld(t, 40, 1)
	for range 100 {
		_, wake := w.joiner.Step(w.now)
		if w.joiner.Stage() != statesync.Searching || wake.IsZero() {
			t.Fatalf("stage %d", w.joiner.Stage())
		}
		w.now = wake
	}
	w.peer(1, honest, manifestOf(t, 40, 10, 1, 7))
	w.completes(40)
}

func TestOneWhoOffersWhatComesToNothingAgainAndAgainIsLeftAlone(t *testing.T) {
	w := newWorld(t, 0, 2)
	tried := uint64(0)
	offers := func() []statesync.Offer {
		tried++
		return []statesync.Offer{manifestOf(t, 900+tried, 10, byte(tried), 7)}
	}
	var liar chain.NodeID
	liar = w.peer(1, func(r statesync.Request) (statesync.Verdict, bool) {
		w.offers[liar] = offers() // another one in the next round
		return statesync.Declined, true
	}, offers()...)
	w.peer(2, honest, manifestOf(t, 40, 10, 2, 8))
	w.completes(40)
	if tried > 10_000 {
		t.Errorf("%d questions to one who gives nothing", tried)
	}
}

// One who is alone with the headers of a snapshot, and the state of which all give, cannot
// hold the node back by answering each question just in time, whatever new headers it
// offers in each round.
func TestOneWhoAnswersJustInTimeIsLeftForOthers(t *testing.T) {
	w := newWorld(t, 0, 3)
	late := statesync.DefaultLimits().Answer - time.Second
	var slow chain.NodeID
	slow = w.peer(1, func(r statesync.Request) (statesync.Verdict, bool) {
		if r.Place.OfState() { // which others give too
			return statesync.Good, true
		}
		w.now = w.now.Add(late)
		w.offers[slow] = []statesync.Offer{manifestWith(t, 40, 500, 30, 0, 7)}
		return statesync.Good, true
	}, manifestWith(t, 40, 500, 30, 1, 7))
	w.peer(2, honest, manifestOf(t, 40, 30, 2, 7))
	w.peer(3, honest, manifestOf(t, 40, 30, 3, 7))
	w.completes(40)
	if took := w.now.Sub(time.Unix(1000, 0)); took > 20*time.Minute {
		t.Errorf("it took %s", took)
	}
}

// Where all are slow an offer is completed all the same.
func TestOnASlowLineTheNodeJoinsInTheEnd(t *testing.T) {
	w := newWorld(t, 0, 2)
	slowly := func(statesync.Request) (statesync.Verdict, bool) {
		w.now = w.now.Add(15 * time.Second)
		return statesync.Good, true
	}
	w.peer(1, slowly, manifestOf(t, 40, 60, 1, 7))
	w.peer(2, slowly, manifestOf(t, 40, 60, 2, 8))
	w.completes(40)
}
