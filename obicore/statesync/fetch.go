package statesync

import (
	"slices"

	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// fetch is the way of one offer: its places in their order, those of a stage in any.
type fetch struct {
	offer     Offer
	stage     Stage
	next      snapshot.Place   // of the stage that has not been asked for yet
	returned  []snapshot.Place // that were asked for in vain
	open      uint64           // places of the stage that are not held
	held, all uint64
	holds     func(snapshot.Place) bool
	pace      pace
}

func newFetch(o Offer) *fetch {
	f := &fetch{offer: o, stage: Chosen}
	for section := range snapshot.Sections {
		f.all += o.Manifest.Count(section, true) + o.Manifest.Count(section, false)
	}
	return f
}

func (f *fetch) begin(holds func(snapshot.Place) bool) {
	if f.stage != Chosen {
		return
	}
	f.holds = holds
	f.enter(Indexes)
}

// enter begins a stage, and the next one when nothing of it is missing. What is held of a
// stage is known when the stage before is done.
func (f *fetch) enter(stage Stage) {
	for f.stage = stage; f.stage < Complete; f.stage++ {
		f.open, f.returned = 0, nil
		f.next = f.first()
		for p := f.next; f.in(p); p = f.after(p) {
			if f.holds(p) {
				f.held++
			} else {
				f.open++
			}
		}
		if f.open > 0 {
			return
		}
	}
}

func (f *fetch) first() snapshot.Place {
	p := snapshot.Place{Index: f.stage == Indexes}
	if f.stage == State {
		p.Section = snapshot.Sections - 1
	}
	return f.skip(p)
}

// in reports whether a place belongs to the stage.
func (f *fetch) in(p snapshot.Place) bool {
	return f.offer.Manifest.Has(p) && p.Index == (f.stage == Indexes) && p.OfState() == (f.stage == State)
}

// skip goes on from a section that has ended to the next that is not empty.
func (f *fetch) skip(p snapshot.Place) snapshot.Place {
	for p.Section < snapshot.Sections && !f.offer.Manifest.Has(p) {
		p.Section, p.Number = p.Section+1, 0
	}
	return p
}

// after returns the place behind another; it may be of another stage.
func (f *fetch) after(p snapshot.Place) snapshot.Place {
	p.Number++
	return f.skip(p)
}

// peek returns a place that should be asked of a peer that gives certain sections.
func (f *fetch) peek(gives func(section int) bool) (p snapshot.Place, found bool) {
	for _, p := range f.returned {
		if gives(p.Section) {
			return p, true
		}
	}
	for f.in(f.next) && f.holds(f.next) {
		f.next = f.after(f.next)
	}
	return f.next, f.in(f.next) && gives(f.next.Section)
}

// take is peek, and the place counts as asked for.
func (f *fetch) take(gives func(section int) bool) (p snapshot.Place, found bool) {
	if p, found = f.peek(gives); !found {
		return p, false
	}
	if i := slices.Index(f.returned, p); i >= 0 {
		f.returned = slices.Delete(f.returned, i, i+1)
	} else {
		f.next = f.after(p)
	}
	return p, true
}

// again gives a place back that was asked for in vain.
func (f *fetch) again(p snapshot.Place) {
	if f != nil && f.in(p) && !f.holds(p) {
		f.returned = append(f.returned, p)
	}
}

// filled notes that a place is held now.
func (f *fetch) filled() {
	f.held++
	if f.open--; f.open == 0 {
		f.enter(f.stage + 1)
	}
}
