package statesync

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// pacePlaces is over how many places the pace of an offer is taken.
const pacePlaces = 12

// pace is how far an offer was held when that was last looked at.
type pace struct {
	looked time.Time
	held   uint64
}

// leave leaves the chosen offer for another when it comes more slowly than it may. Who is
// alone with some section of an offer could otherwise hold a node back for as long as it
// likes, by answering each question just in time. Nothing is refused for that: on a slow
// line all offers are slow, and each time that one was left it may take twice as long.
func (j *Joiner) leave(peers []*peer, now time.Time) {
	f := j.fetch
	if f == nil || f.stage < Indexes || f.stage > State {
		return
	}
	if f.pace.looked.IsZero() {
		f.pace = pace{now, f.held}
	}
	if now.Before(j.paceEnds()) {
		return
	}
	came := f.held - f.pace.held
	f.pace = pace{now, f.held}
	if came >= pacePlaces || f.all-f.held <= pacePlaces || !j.elsewhere(peers) {
		return
	}
	for _, p := range peers {
		j.takeBack(p)
		if p.offersHash(f.offer.Hash) {
			p.slow++
		}
	}
	j.prefer = 0
	j.search(now)
}

// paceEnds is when the pace of the chosen offer is looked at next.
func (j *Joiner) paceEnds() time.Time {
	return j.fetch.pace.looked.Add(pacePlaces * j.limits.Place << min(j.slowness(j.fetch.offer.Hash), 16))
}

// slowness is how often the quickest of those who give an offer was too slow.
func (j *Joiner) slowness(hash chain.Hash) (slowness int) {
	found := false
	for _, p := range j.peers {
		if p.connected && !p.banned && p.offersHash(hash) && (!found || p.slow < slowness) {
			slowness, found = p.slow, true
		}
	}
	return slowness
}

// elsewhere reports whether there is another offer that was slow no more often.
func (j *Joiner) elsewhere(peers []*peer) bool {
	chosen := j.fetch.offer.Hash
	for _, p := range peers {
		for i := range p.offers {
			hash := p.offers[i].Hash
			if j.willing(p) && hash != chosen && !j.refused[hash] && j.slowness(hash) <= j.slowness(chosen) {
				return true
			}
		}
	}
	return false
}
