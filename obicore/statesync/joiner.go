package statesync

import (
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// Limits are the patience of a joiner and the size of what it takes.
type Limits struct {
	Search   time.Duration // how long offers are collected
	Answer   time.Duration // how long a peer may take to answer a question
	Pause    time.Duration // before a peer that has nothing to give now is asked again
	InFlight int           // questions to one peer at a time
	Silences int           // questions in a row without an answer, after which a peer is passed over
	Declines int           // answers in a row without content, after which a peer is passed over
	Refusals int           // offers of one peer that come to nothing, after which it is not asked again
	Rounds   int           // how often offers are collected
	Place    time.Duration // how long a place may take on average while there is another offer
	Parts    uint64        // of a snapshot, at most
	Bytes    uint64        // of a snapshot, at most
}

// DefaultLimits are what a node starts with.
func DefaultLimits() Limits {
	return Limits{
		Search: 10 * time.Second, Answer: 20 * time.Second, Pause: 200 * time.Millisecond, InFlight: 4, Silences: 4,
		Declines: 50, Refusals: 8, Rounds: 1024, Place: 5 * time.Second, Parts: 1 << 21, Bytes: 1 << 41,
	}
}

// Effect is what the node shall do now: send Message to Peer.
type Effect struct {
	Peer    chain.NodeID
	Message interface{ Encode() []byte } // *Inquiry or *Request
}

// Offer is a snapshot that a peer gives. Hash names its manifest.
type Offer struct {
	Hash     chain.Hash
	Manifest *snapshot.Manifest
}

// Joiner is the state of joining.
type Joiner struct {
	limits   Limits
	expected int    // peers that may have offers
	prefer   uint64 // a height of which something is here already
	peers    map[chain.NodeID]*peer
	refused  map[chain.Hash]bool // offers that were false or could not be completed
	rounds   int
	until    time.Time // when the search ends
	fetch    *fetch    // of the chosen offer; nil while offers are collected
	over     bool
}

// New begins a search for offers among a number of peers. An offer of the height that is
// preferred, because a part of it is here already, goes before higher ones.
func New(limits Limits, expected int, prefer uint64, now time.Time) *Joiner {
	j := &Joiner{limits: limits, expected: expected, prefer: prefer, peers: make(map[chain.NodeID]*peer), refused: make(map[chain.Hash]bool)}
	j.search(now)
	return j
}

// search begins a round.
func (j *Joiner) search(now time.Time) {
	j.fetch, j.until = nil, now.Add(j.limits.Search)
	if j.rounds++; j.rounds > j.limits.Rounds {
		j.over = true
		return
	}
	for _, p := range j.peers {
		p.rest()
	}
}

// Connected notes that a peer can be asked.
func (j *Joiner) Connected(id chain.NodeID) {
	if p := j.peers[id]; p != nil {
		p.connected, p.inquired = true, false
		return
	}
	j.peers[id] = &peer{id: id, connected: true, window: j.limits.InFlight}
}

// Gone notes that a peer cannot be asked any more; what it was asked is asked of others.
func (j *Joiner) Gone(id chain.NodeID) {
	if p := j.peers[id]; p != nil {
		p.connected = false
		j.takeBack(p)
	}
}

// ExpectsOffers reports whether a peer has been asked what it offers and not answered yet.
func (j *Joiner) ExpectsOffers(id chain.NodeID) bool {
	p := j.peers[id]
	return p != nil && p.inquired && !p.answered
}

// Offered notes what a peer offers, which the node has found to be of this chain and
// within the limits.
func (j *Joiner) Offered(id chain.NodeID, offers []Offer) {
	if p := j.peers[id]; j.ExpectsOffers(id) {
		p.answered, p.offers = true, offers[:min(len(offers), MaxOffers)]
	}
}

// Chosen returns the offer that is being fetched, nil while there is none.
func (j *Joiner) Chosen() *snapshot.Manifest {
	if j.fetch == nil {
		return nil
	}
	return j.fetch.offer.Manifest
}

// Begin says which places of the chosen offer are held; nothing is asked before.
func (j *Joiner) Begin(holds func(snapshot.Place) bool) {
	if j.fetch != nil {
		j.fetch.begin(holds)
	}
}

// Stage is how far the chosen offer is held.
type Stage int

// The stages.
const (
	Searching Stage = iota // there is no chosen offer
	Chosen                 // Begin is to be called
	Indexes                // which name the parts
	Headers                // everything but the state
	State
	Complete
	Over // nobody offers what can be had
)

// Stage returns the stage.
func (j *Joiner) Stage() Stage {
	switch {
	case j.over:
		return Over
	case j.fetch == nil:
		return Searching
	default:
		return j.fetch.stage
	}
}

// Held returns how many places of the chosen offer are held, and how many it has.
func (j *Joiner) Held() (held, all uint64) {
	if j.fetch == nil {
		return 0, 0
	}
	return j.fetch.held, j.fetch.all
}

// Refuse gives the chosen offer up. When it was forged, or one of many that came to
// nothing, those who have offered it are not asked again.
func (j *Joiner) Refuse(forged bool, now time.Time) {
	if j.fetch == nil {
		return
	}
	hash := j.fetch.offer.Hash
	j.refused[hash] = true
	for _, p := range j.peers {
		j.takeBack(p)
		if p.offersHash(hash) {
			p.refused++
			p.banned = p.banned || forged || p.refused >= j.limits.Refusals
		}
	}
	j.prefer = 0
	j.search(now)
}
