package simplex

import (
	"sync"

	upstream "github.com/ava-labs/simplex"
)

// votes is what this node has signed in the rounds that are not decided, so that it
// contradicts itself in none. Simplex at this version makes finalize votes for rounds in
// which it has voted to leave without a block: a block could then be finalized and be
// passed by at the same time. votes outlives an instance and is filled from the log.
type votes struct {
	mutex     sync.Mutex
	epoch     uint64
	notarized map[uint64]upstream.Digest
	finalized map[uint64]upstream.Digest
	empty     map[uint64]bool
	certified map[uint64]upstream.Digest // blocks that have a verified certificate
}

// enter begins an epoch, in which rounds count from one.
func (v *votes) enter(epoch uint64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.notarized != nil && v.epoch == epoch {
		return
	}
	v.epoch = epoch
	v.notarized, v.finalized = make(map[uint64]upstream.Digest), make(map[uint64]upstream.Digest)
	v.certified, v.empty = make(map[uint64]upstream.Digest), make(map[uint64]bool)
}

// allow notes a vote before it is signed; false when another vote of this node stands
// against it. passed says that a block on top of this one is finalized.
func (v *votes) allow(kind string, round uint64, digest upstream.Digest, passed func() bool) bool {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	switch kind {
	case notarizeKind:
		return take(v.notarized, round, digest)
	case emptyKind:
		if _, finalized := v.finalized[round]; finalized {
			return false
		}
		v.empty[round] = true
		return true
	}
	certified, known := v.certified[round]
	if !passed() && (v.empty[round] || !known || certified != digest) {
		return false
	}
	return take(v.finalized, round, digest)
}

// take notes the digest of a round; false when another one is there.
func take(of map[uint64]upstream.Digest, round uint64, digest upstream.Digest) bool {
	known, again := of[round]
	if !again {
		of[round] = digest
	}
	return !again || known == digest
}

// certify notes that a block has a certificate: it is the one of its round.
func (v *votes) certify(round uint64, digest upstream.Digest) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.certified[round] = digest
}

// certificate is the block of a round that has one.
func (v *votes) certificate(round uint64) (upstream.Digest, bool) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	digest, ok := v.certified[round]
	return digest, ok
}

// recall notes what the log says of a round.
func (v *votes) recall(e entry) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	switch e.what {
	case loggedBlock:
		_ = take(v.notarized, e.round, e.digest)
	case loggedEmptyVote:
		v.empty[e.round] = true
	case loggedNotarization, loggedFinalization:
		v.certified[e.round] = e.digest
		if !v.empty[e.round] {
			_ = take(v.finalized, e.round, e.digest) // it may have been
		}
	}
}

// prune forgets what is decided.
func (v *votes) prune(upTo uint64) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	for _, of := range []map[uint64]upstream.Digest{v.notarized, v.finalized, v.certified} {
		for round := range of {
			if round <= upTo {
				delete(of, round)
			}
		}
	}
	for round := range v.empty {
		if round <= upTo {
			delete(v.empty, round)
		}
	}
}
