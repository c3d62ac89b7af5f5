package simplex

import "sync"

// Bounds of what waits for the engine.
const (
	maxInboxFrames = 8192
	maxInboxBytes  = 64 << 20
)

// inbox takes frames without waiting. What does not fit is dropped; the protocol
// survives the loss of any message.
type inbox struct {
	mutex  sync.Mutex
	frames []frame
	bytes  int
	ready  chan struct{}
}

func newInbox() *inbox { return &inbox{ready: make(chan struct{}, 1)} }

// put reports whether there was room.
func (b *inbox) put(f frame) bool {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if len(b.frames) >= maxInboxFrames || len(b.frames) > 0 && b.bytes+f.size > maxInboxBytes {
		return false
	}
	b.frames = append(b.frames, f)
	b.bytes += f.size
	wake(b.ready)
	return true
}

// take returns all that waits.
func (b *inbox) take() []frame {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	frames := b.frames
	b.frames, b.bytes = nil, 0
	return frames
}
