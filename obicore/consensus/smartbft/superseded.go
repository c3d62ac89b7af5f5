package smartbft

import "sync"

// superseded is the latest new view that this node has seen for the height after the tip. A
// quorum says in it that nothing of an earlier view can have been decided, except what it
// carries over. A node that has not seen it may be prepared for something else for ever,
// and so hold up all changes of view: it is shown what the others were. It outlives an
// instance.
type superseded struct {
	mutex    sync.Mutex
	height   uint64
	view     uint64
	survivor string // digest of what it carries over, if anything
	message  []byte // encoded
	carried  uint64 // the last change of view in which this node has voted for what that carries over
}

// note keeps a new view that has been verified, unless it is older than what is there.
func (s *superseded) note(height, view uint64, survivor string, message []byte) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if height < s.height || height == s.height && view <= s.view {
		return
	}
	if height > s.height {
		s.carried = 0
	}
	s.height, s.view, s.survivor, s.message = height, view, survivor, message
}

// lacks reports whether a new view of a height would be a later one than what is there.
func (s *superseded) lacks(height, view uint64) bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return height > s.height || height == s.height && view > s.view
}

// carry notes that this node has voted for what the change to a view carries over.
func (s *superseded) carry(height, view uint64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if height > s.height {
		s.height, s.view, s.survivor, s.message = height, 0, "", nil
	}
	s.carried = view
}

// ends returns the new view by which a proposal is dead; nil when there is none.
func (s *superseded) ends(at metadata, digest string) []byte {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.height != at.height || s.view <= at.view || s.survivor == digest {
		return nil
	}
	return s.message
}

// frees reports whether this node may forget that it has voted for a proposal.
func (s *superseded) frees(at metadata, digest string) bool {
	dead := s.ends(at, digest) != nil
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return dead && s.carried < s.view
}
