package smartbft

import (
	"cmp"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/hyperledger-labs/SmartBFT/pkg/types"
	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"
)

// impasse is a change of view that cannot end, and that all later ones cannot end either.
// SmartBFT carries a proposal over when a node is prepared for it, more than f have taken it
// up and a quorum has taken up no other; it carries none over when a quorum is not prepared.
// After a leader that has shown two proposals in its view neither may hold: those that took
// up the one stand in the way of the other, for which too many are prepared to leave it.
//
// So the leader of such a change shows the others what it was told (show), as a new view
// that SmartBFT takes no notice of, and those that are in the way give way (consider).
type impasse struct {
	mutex sync.Mutex
	view  uint64                            // of the change
	told  map[uint64]*protos.SignedViewData // for it, by signer
	aside *types.Proposal                   // what this node gave way with

	at time.Time // of the last showing; only dispatch uses it
}

// hear keeps view data for the newest change of view.
func (p *impasse) hear(view uint64, signed *protos.SignedViewData) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if view > p.view || p.told == nil {
		p.view, p.told = view, make(map[uint64]*protos.SignedViewData)
	}
	if view == p.view {
		p.told[signed.GetSigner()] = signed
	}
}

// heard returns the view data for a change of view.
func (p *impasse) heard(view uint64) (all []*protos.SignedViewData) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if view != p.view {
		return nil
	}
	for _, signed := range p.told {
		all = append(all, signed)
	}
	return all
}

// listen keeps the view data that another node sends to the leader of the change.
func (i *instance) listen(f frame, signed *protos.SignedViewData) {
	if signed.GetSigner() == f.from && f.next == i.views.now().change {
		i.impasse.hear(f.next, signed)
	}
}

// show tells all others what the leader of a change that cannot end was told.
func (i *instance) show() {
	at, members := i.views.now(), i.engine.membersNow()
	if at.change <= at.current.view || members.leader(at.change) != i.self {
		return
	}
	told := &protos.NewView{SignedViewData: i.impasse.heard(at.change)}
	if len(told.GetSignedViewData()) < members.quorum() {
		return
	}
	all, err := decodeNewView(told)
	if err != nil {
		return
	}
	if _, ok := outcome(all, highest(all)+1, members); ok {
		return
	}
	b, err := encodeMessage(&protos.Message{Content: &protos.Message_NewView{NewView: told}})
	if err != nil {
		return
	}
	i.engine.logf(slog.LevelInfo, "smartbft: %d view data allow no view %d; the others are shown them", len(all), at.change)
	for _, target := range members.ids {
		if target != i.self {
			i.send(target, b)
		}
	}
	i.consider(told, true)
}

// candidate is a proposal that view data name.
type candidate struct {
	digest           string
	at               metadata
	takers, prepared int
}

// candidatesOf returns the proposals in flight for a height.
func candidatesOf(all []viewData, height uint64) (found []*candidate) {
	for _, v := range all {
		if v.inFlight == nil || v.inFlight.height != height {
			continue
		}
		digest := proposalOf(v.proposal).Digest()
		at := slices.IndexFunc(found, func(c *candidate) bool { return c.digest == digest })
		if at < 0 {
			at = len(found)
			found = append(found, &candidate{digest: digest, at: *v.inFlight})
		}
		found[at].takers++
		if v.prepared {
			found[at].prepared++
		}
	}
	return found
}

// outcome is what SmartBFT finds in view data to become of a height: that nothing is in
// flight, or what is carried over; not ok when it finds neither.
func outcome(all []viewData, height uint64, members *members) (survivor string, ok bool) {
	found := candidatesOf(all, height)
	idle, unprepared := len(all), len(all)
	for _, c := range found {
		idle -= c.takers
		unprepared -= c.prepared
	}
	for _, c := range found {
		if c.prepared > 0 && c.takers > members.faulty() && idle+c.takers >= members.quorum() {
			return c.digest, true
		}
	}
	return "", unprepared >= members.quorum()
}

// highest is that of the last decisions in view data.
func highest(all []viewData) (height uint64) {
	for _, v := range all {
		height = max(height, v.last.height)
	}
	return height
}

// consider takes from a new view what it says about the height after the tip: that what was
// in flight before is dead, or, when no view can come of it and it is its leader who shows it,
// for what others are to give way. It reports whether the view data are signed as an honest
// node would have passed them on; none is looked at when nothing can follow from them.
func (i *instance) consider(m *protos.NewView, leads bool) (honest bool) {
	all, err := decodeNewView(m)
	if err != nil || !i.calls.Enter() {
		return true
	}
	defer i.calls.Leave()
	tip, members := i.engine.height(), i.engine.membersNow()
	all = slices.DeleteFunc(all, func(v viewData) bool {
		return v.last.height > tip || members.member[v.signed.GetSigner()] == nil
	})
	says := func() bool { return len(all) >= members.quorum() && highest(all) == tip }
	if !says() {
		return true
	}
	if all, honest = i.signedOf(all, members); !says() {
		return honest
	}
	if survivor, ok := outcome(all, tip+1, members); ok {
		if b, err := encodeMessage(&protos.Message{Content: &protos.Message_NewView{NewView: m}}); err == nil {
			i.engine.ended.note(tip+1, all[0].next, survivor, b)
		}
	} else if to := chosen(all, tip+1, members); to != nil && leads {
		i.remind(all, to)
		i.giveWay(to)
	}
	return honest
}

// chosen is the proposal that the others are to give way to, nil when there is none. Of two
// of one view, which a faulty node may say to be prepared for, each gets its turn.
func chosen(all []viewData, height uint64, members *members) *candidate {
	found := slices.DeleteFunc(candidatesOf(all, height), func(c *candidate) bool {
		return c.prepared == 0 || c.takers <= members.faulty()
	})
	if len(found) == 0 {
		return nil
	}
	slices.SortFunc(found, func(a, b *candidate) int {
		return cmp.Or(cmp.Compare(b.at.view, a.at.view), cmp.Compare(a.digest, b.digest))
	})
	if len(found) > 1 && found[0].at.view == found[1].at.view && all[0].next%2 == 1 {
		return found[1]
	}
	return found[0]
}

// remind shows those who are prepared for something that is dead the new view by which it is.
func (i *instance) remind(all []viewData, to *candidate) {
	for _, v := range all {
		if !v.prepared || v.inFlight == nil {
			continue
		}
		digest := proposalOf(v.proposal).Digest()
		if message := i.engine.ended.ends(*v.inFlight, digest); message != nil && digest != to.digest {
			i.send(v.signed.GetSigner(), message)
		}
	}
}

// giveWay lays aside the proposal in flight that is in the way of another one. When this
// node is not prepared for it, it will not be, as it has left the view; what may be decided,
// more than f nodes are prepared for that lay nothing aside. So that is safe whatever was
// shown, and what was laid aside is taken up again when it is what others give way to. One
// that this node is prepared for it lays aside only when it is dead.
func (i *instance) giveWay(to *candidate) {
	s := storeOf(i.core)
	if s == nil || !i.lockSeal() {
		return
	}
	defer i.unlockSeal()
	own := s.InFlightProposal()
	if own == nil {
		if aside := i.impasse.aside; aside != nil && aside.Digest() == to.digest {
			s.StoreProposal(*aside)
		}
		return
	}
	m, err := decodeMetadata(own.Metadata)
	switch digest := own.Digest(); {
	case err != nil || m.height != to.at.height || m.view > to.at.view || digest == to.digest:
		return
	case i.engine.ended.frees(m, digest):
		i.votes.forget(m)
	case s.IsInFlightPrepared() || !i.votes.left(m):
		return
	default:
		i.impasse.aside = own
	}
	i.engine.logf(slog.LevelInfo, "smartbft: the proposal for height %d in view %d is laid aside for one in view %d", m.height, m.view, to.at.view)
	empty(s)
}
