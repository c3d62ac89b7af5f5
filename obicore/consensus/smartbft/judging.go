package smartbft

import (
	"context"
	"runtime"
	"sync"
)

// judging ends the judgement of a proposal with the view that it is of: SmartBFT does not
// start the next view before, and a node whose judgement takes long would come late to each.
type judging struct {
	mutex  sync.Mutex
	over   bool               // the view ends
	cancel context.CancelFunc // of the judgement
}

// ends is called by the controller before it waits for the end of the view.
func (j *judging) ends() {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if j.over = true; j.cancel != nil {
		j.cancel()
	}
}

// begins is called by the controller before it starts a view.
func (j *judging) begins() {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.over = false
}

// with calls judge with a context that is cancelled with the view. A view that has ended
// meanwhile has no use for what it returns: an error would make SmartBFT complain and sync.
func (j *judging) with(parent context.Context, judge func(context.Context) error) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	j.mutex.Lock()
	over := j.over
	j.cancel = cancel
	j.mutex.Unlock()
	if over {
		runtime.Goexit()
	}
	err := judge(ctx)
	j.mutex.Lock()
	over = j.over
	j.cancel = nil
	j.mutex.Unlock()
	if over && err != nil {
		runtime.Goexit() // of the view, whose end it tells by its deferred calls
	}
	return err
}
