package raft

import "sync"

// Limits of what waits for the owner; a frame beyond them is dropped, as on a bad link.
const (
	inboxFrames = 10_000
	inboxBytes  = 64 << 20
)

// inbox is what others have to say to the owner.
type inbox struct {
	mutex   sync.Mutex
	frames  []*frame
	bytes   int
	calls   []func() // in the owner's goroutine
	notices uint64
}

func (i *inbox) put(f *frame, size int) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if len(i.frames) < inboxFrames && i.bytes+size <= inboxBytes {
		i.frames, i.bytes = append(i.frames, f), i.bytes+size
	}
}

// call leaves a function for the owner. Their number is that of the host's calls.
func (i *inbox) call(f func()) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.calls = append(i.calls, f)
}

func (i *inbox) notify() {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	i.notices++
}

// take empties the inbox; notices are counted on.
func (i *inbox) take() (calls []func(), frames []*frame, notices uint64) {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	calls, frames, notices = i.calls, i.frames, i.notices
	i.calls, i.frames, i.bytes = nil, nil, 0
	return calls, frames, notices
}
