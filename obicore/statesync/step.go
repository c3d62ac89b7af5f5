package statesync

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// Verdict is what the node has found of an answer.
type Verdict int

// The verdicts.
const (
	Good     Verdict = iota // it fills the place, durably or not
	Declined                // it has no content
	False                   // it is not what the manifest names
)

// Expects reports whether a peer has been asked for a place and not answered yet. What is
// not expected is not worth a look.
func (j *Joiner) Expects(id chain.NodeID, r Request) bool {
	p := j.peers[id]
	return p != nil && j.fetch != nil && r.Height == j.fetch.offer.Manifest.Height &&
		slices.ContainsFunc(p.asked, func(q question) bool { return q.place == r.Place })
}

// Answered notes an answer that was expected.
func (j *Joiner) Answered(id chain.NodeID, place snapshot.Place, verdict Verdict, now time.Time) {
	p := j.peers[id]
	if p == nil || j.fetch == nil {
		return
	}
	p.asked = slices.DeleteFunc(p.asked, func(q question) bool { return q.place == place })
	switch verdict {
	case Good:
		p.silent, p.declined, p.window = 0, 0, min(j.limits.InFlight, p.window+1)
		j.fetch.filled()
		return
	case Declined:
		p.silent, p.declined, p.notBefore = 0, p.declined+1, now.Add(j.limits.Pause)
	case False:
		p.banned = true
		j.takeBack(p)
	}
	j.fetch.again(place)
}

// Step returns what to do now and when to call Step again at the latest; the zero time
// when only an event can change something.
func (j *Joiner) Step(now time.Time) (effects []Effect, wake time.Time) {
	if j.over {
		return nil, time.Time{}
	}
	peers := j.sorted()
	j.expire(peers, now)
	j.leave(peers, now)
	effects = j.ask(peers, now)
	if j.fetch == nil && !j.over {
		j.choose(peers, now)
	}
	if j.over {
		return nil, time.Time{}
	}
	effects = append(effects, j.inquire(peers, now)...)
	return effects, j.wake(peers, now)
}

// expire takes questions back that have not been answered in time. A peer that is slow is
// asked for less at a time.
func (j *Joiner) expire(peers []*peer, now time.Time) {
	for _, p := range peers {
		before := len(p.asked)
		p.asked = slices.DeleteFunc(p.asked, func(q question) bool {
			late := !now.Before(q.until)
			if late {
				j.fetch.again(q.place)
			}
			return late
		})
		if len(p.asked) < before {
			p.silent, p.window = p.silent+1, max(1, p.window/2)
		}
	}
}

// inquire asks those who have not been asked what they offer; also later, because who
// comes late may share what is being fetched.
func (j *Joiner) inquire(peers []*peer, now time.Time) (effects []Effect) {
	for _, p := range peers {
		if j.willing(p) && !p.inquired && !p.answered {
			p.inquired = true
			if p.answerBy.IsZero() { // who reconnects all the time gains none
				p.answerBy = now.Add(j.limits.Search)
			}
			effects = append(effects, Effect{p.id, &Inquiry{}})
		}
	}
	return effects
}

// choose ends the search when everybody has answered or the time is over; who has come
// late has the same time to answer.
func (j *Joiner) choose(peers []*peer, now time.Time) {
	answered, connected := 0, 0
	for _, p := range peers {
		switch {
		case p.answered || p.banned:
			answered++
		case j.willing(p) && (p.answerBy.IsZero() || now.Before(p.answerBy)):
			return
		}
		if p.connected {
			connected++
		}
	}
	if answered < j.expected && now.Before(j.until) {
		return
	}
	if best := j.best(peers); best != nil {
		j.fetch = newFetch(*best)
		return
	}
	if connected == 0 && j.expected > 0 {
		j.until = now.Add(j.limits.Search) // a ledger that begins at genesis is no way back
		return
	}
	j.over = true
}

// best returns the offer to try next: of the preferred height, else one that was slow no
// more often than others, whose state most peers give, so that one who is alone with a
// height does not hold the node back; among those the highest.
func (j *Joiner) best(peers []*peer) (best *Offer) {
	var rank [4]uint64
	for _, p := range peers {
		if p.banned || !p.connected {
			continue
		}
		for i := range p.offers {
			o := &p.offers[i]
			if j.refused[o.Hash] {
				continue
			}
			r := [4]uint64{0, ^uint64(j.slowness(o.Hash)), j.sources(peers, o.Manifest), o.Manifest.Height}
			if o.Manifest.Height == j.prefer {
				r[0] = 1
			}
			order := slices.Compare(r[:], rank[:])
			if best == nil || cmp.Or(order, bytes.Compare(best.Hash[:], o.Hash[:])) > 0 {
				best, rank = o, r
			}
		}
	}
	return best
}

// sources counts who gives the state of a manifest.
func (j *Joiner) sources(peers []*peer, m *snapshot.Manifest) (count uint64) {
	for _, p := range peers {
		if p.connected && !p.banned && p.gives(m, snapshot.Sections-1) {
			count++
		}
	}
	return count
}

// ask asks for places of the chosen offer, one of each peer in turn.
func (j *Joiner) ask(peers []*peer, now time.Time) (effects []Effect) {
	f := j.fetch
	if f == nil || f.stage < Indexes || f.stage > State {
		return nil
	}
	for more := true; more; {
		more = false
		for _, p := range peers {
			if !j.willing(p) || len(p.asked) >= p.window || now.Before(p.notBefore) {
				continue
			}
			place, found := f.take(func(section int) bool { return p.gives(f.offer.Manifest, section) })
			if !found {
				continue
			}
			more = true
			p.asked = append(p.asked, question{place, now.Add(j.limits.Answer)})
			effects = append(effects, Effect{p.id, &Request{Height: f.offer.Manifest.Height, Place: place}})
		}
	}
	if !j.hopeful(peers, now) {
		j.giveUp(peers, now)
	}
	return effects
}

// hopeful reports whether somebody has been asked or can be asked after a pause.
func (j *Joiner) hopeful(peers []*peer, now time.Time) bool {
	m := j.fetch.offer.Manifest
	for _, p := range peers {
		if len(p.asked) > 0 {
			return true
		}
		if !j.willing(p) {
			continue
		}
		if p.inquired && !p.answered && now.Before(p.answerBy) {
			return true // it may share what is missing
		}
		if _, found := j.fetch.peek(func(section int) bool { return p.gives(m, section) }); found {
			return true
		}
	}
	return false
}

// giveUp begins another round, without the offer unless its sources are only out of reach.
func (j *Joiner) giveUp(peers []*peer, now time.Time) {
	for _, p := range peers {
		if p.connected && p.offersHash(j.fetch.offer.Hash) {
			j.Refuse(false, now)
			return
		}
	}
	j.prefer = j.fetch.offer.Manifest.Height
	j.search(now)
}

// wake is when something is due.
func (j *Joiner) wake(peers []*peer, now time.Time) (at time.Time) {
	sooner := func(t time.Time) {
		if t.After(now) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	if j.fetch == nil {
		sooner(j.until)
	} else if !j.fetch.pace.looked.IsZero() {
		sooner(j.paceEnds())
	}
	for _, p := range peers {
		for _, q := range p.asked {
			sooner(q.until)
		}
		if j.fetch != nil && len(p.asked) < p.window {
			sooner(p.notBefore)
		}
		if !p.answered {
			sooner(p.answerBy)
		}
	}
	return at
}
