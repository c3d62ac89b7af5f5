package statesync

import (
	"bytes"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// peer is what a joiner knows of another node.
type peer struct {
	id        chain.NodeID
	connected bool
	inquired  bool // in this round
	answerBy  time.Time
	answered  bool // the inquiry
	banned    bool // it has sent what is false, or offered too much in vain
	refused   int  // offers that came to nothing
	slow      int  // offers that were left for others because they came too slowly
	offers    []Offer
	asked     []question
	window    int       // questions at a time
	silent    int       // questions in a row without an answer
	declined  int       // answers in a row without content
	notBefore time.Time // when it may be asked again
}

// question is what a peer has been asked and has not answered yet.
type question struct {
	place snapshot.Place
	until time.Time
}

// rest begins a new round for the peer.
func (p *peer) rest() {
	p.inquired, p.answered, p.answerBy, p.offers = false, false, time.Time{}, nil
	p.silent, p.declined, p.notBefore = 0, 0, time.Time{}
}

func (p *peer) offersHash(hash chain.Hash) bool {
	return slices.ContainsFunc(p.offers, func(o Offer) bool { return o.Hash == hash })
}

// gives reports whether a peer offers the same section as a manifest has.
func (p *peer) gives(m *snapshot.Manifest, section int) bool {
	return slices.ContainsFunc(p.offers, func(o Offer) bool { return o.Manifest.Shares(m, section) })
}

// willing reports whether a peer may be asked at all in this round.
func (j *Joiner) willing(p *peer) bool {
	return p.connected && !p.banned && p.silent < j.limits.Silences && p.declined < j.limits.Declines
}

// sorted returns the peers in order of id.
func (j *Joiner) sorted() []*peer {
	list := make([]*peer, 0, len(j.peers))
	for _, p := range j.peers {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *peer) int { return bytes.Compare(a.id[:], b.id[:]) })
	return list
}

// takeBack forgets what a peer was asked, so that others are.
func (j *Joiner) takeBack(p *peer) {
	for _, q := range p.asked {
		j.fetch.again(q.place)
	}
	p.asked = nil
}
