package inbox

import (
	"sync"
	"time"
)

// Remarks lets one remark about each sender through in a second and counts the others, so
// that who sends much that is dropped does not fill the log as well. The zero value is ready.
type Remarks[K comparable] struct {
	mutex sync.Mutex
	about map[K]*remark
}

type remark struct {
	made   time.Time
	unsaid int
}

// every is how often a sender is spoken of.
const every = time.Second

// Due notes that there is something to say about a sender. When it is to be said, count is
// how many times there was since it was said last.
func (r *Remarks[K]) Due(sender K, now time.Time) (count int, due bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	about := r.about[sender]
	if about == nil {
		if r.about == nil {
			r.about = make(map[K]*remark)
		}
		about = &remark{}
		r.about[sender] = about
	}
	about.unsaid++
	if passed := now.Sub(about.made); passed >= 0 && passed < every {
		return 0, false
	}
	count, about.made, about.unsaid = about.unsaid, now, 0
	return count, true
}

// Forget keeps nothing about anybody. Who has other senders from now on calls it.
func (r *Remarks[K]) Forget() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.about = nil
}
