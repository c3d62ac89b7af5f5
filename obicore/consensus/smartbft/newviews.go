package smartbft

import (
	"errors"
	"time"
)

// A new view may name all members, with a signature of each, so that one small message of a
// faulty node costs as many checks as there are members. So it is looked at only when it
// comes from the leader of its view, whom alone SmartBFT listens to, or when it is news of
// what has become of the next height, of which a node that has missed it is reminded by
// others; and of one sender only so often.

// allowance is how many new views of one node are still looked at. An honest one sends two
// at once and repeats them every so often.
type allowance struct {
	left   int
	since  time.Time // when the last was earned
	forged int       // in a row that were not signed as they say
}

// Bounds of an allowance.
const (
	maxAllowance = 4
	maxDoublings = 4
)

// take reports whether another one may be looked at. One is earned in a time that doubles
// with each that was forged.
func (a *allowance) take(now time.Time, every time.Duration) bool {
	every <<= min(a.forged, maxDoublings)
	passed := now.Sub(a.since)
	switch earned := passed / every; {
	case passed < 0: // the clock was set back
		a.since = now
	case earned >= time.Duration(maxAllowance-a.left):
		a.left, a.since = maxAllowance, now
	default:
		a.left += int(earned)
		a.since = a.since.Add(earned * every)
	}
	if a.left == 0 {
		return false
	}
	a.left--
	return true
}

// judged notes what came of a look.
func (a *allowance) judged(honest bool, now time.Time) {
	if honest {
		a.forged = 0
		return
	}
	a.forged++
	a.left, a.since = 0, now
}

var (
	errNotLeader = errors.New("it does not lead that view, and reminds of nothing new")
	errOften     = errors.New("they come too often")
	errForged    = errors.New("too few of those that it names have signed it")
)

// weigh looks at a new view of another node and reports whether it is one for SmartBFT.
func (i *instance) weigh(f frame) bool {
	leads := i.engine.membersNow().leader(f.next) == f.from
	if !leads && !i.engine.ended.lacks(i.engine.height()+1, f.next) {
		i.remark(&i.remarks.newViews, f.from, "a new view", errNotLeader)
		return false
	}
	a := i.newViews[f.from]
	if a == nil {
		if i.newViews == nil {
			i.newViews = make(map[uint64]*allowance)
		}
		a = &allowance{left: maxAllowance, since: i.clock.Now()}
		i.newViews[f.from] = a
	}
	if !a.take(i.clock.Now(), i.engine.timing.again) {
		i.remark(&i.remarks.newViews, f.from, "a new view", errOften)
		return false
	}
	if i.engine.care.yield {
		honest := i.consider(f.message.GetNewView(), leads)
		if a.judged(honest, i.clock.Now()); !honest {
			i.remark(&i.remarks.newViews, f.from, "a new view", errForged)
			return false
		}
	}
	return leads
}

// signedOf returns the view data that their signers have signed. It gives up as soon as they
// cannot be a quorum any more; honest when no more are false than nodes may be faulty.
func (i *instance) signedOf(all []viewData, members *members) (good []viewData, honest bool) {
	spare := len(all) - members.quorum()
	bad := 0
	for _, v := range all {
		if i.verifyViewData(members, v.signed) == nil {
			good = append(good, v)
			continue
		}
		if bad++; bad > spare {
			break
		}
	}
	return good, bad <= members.faulty()
}

// ofInterest reports whether SmartBFT would look at a new view that it is given now: it
// takes those of the change that it is in, and would install one again.
func ofInterest(next uint64, at stage) bool { return next == at.change && next > at.current.view }

// trusted checks a new view.
func (i *instance) trusted(f frame) bool {
	if !ofInterest(f.next, i.views.now()) || !i.calls.Enter() {
		return false
	}
	defer i.calls.Leave()
	if err := i.admitNewView(f.message.GetNewView()); err != nil {
		i.remark(&i.remarks.newViews, f.from, "a new view", err)
		return false
	}
	return true
}
