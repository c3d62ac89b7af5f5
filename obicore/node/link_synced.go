package node

import "context"

// untold are blocks that block sync has brought and the engine has not heard of.
type untold struct {
	height uint64 // of the last of them; 0 when there are none
	epoch  uint64 // of the validator set that decided when the first of them came
}

// add adds the blocks up to a height; epoch is that before them.
func (u *untold) add(height, epoch uint64) {
	if u.height == 0 {
		u.epoch = epoch
	}
	u.height = height
}

// fetching begins a fetch, during which the engine is told nothing: who fetches for it
// gives it the tip. What it returns ends the fetch, and takes the height of the tip that
// the engine gets, 0 for none. Of what lies above that it hears all the same: an engine
// whose fetch has failed would stay where it was, although there may be nothing left to
// fetch.
func (l *link) fetching() (done func(given uint64)) {
	l.mutex.Lock()
	l.fetches++
	l.mutex.Unlock()
	return func(given uint64) {
		l.mutex.Lock()
		if l.fetches--; l.untold.height <= given {
			l.untold = untold{}
		}
		l.mutex.Unlock()
		wake(l.wakeSync)
	}
}

// tellSynced tells the engine how far block sync has come, unless it hears that from who
// fetches. An engine that is not there yet begins at the tip.
func (l *link) tellSynced(ctx context.Context) {
	l.mutex.Lock()
	u, fetching := l.untold, l.fetches > 0
	if !fetching {
		l.untold = untold{}
	}
	l.mutex.Unlock()
	engine := l.participation.engine.Load()
	if u.height == 0 || fetching || engine == nil {
		return
	}
	tip, err := l.tipDecision()
	if set := l.deciding(); err == nil && set.Epoch != u.epoch {
		err = (*engine).Reconfigure(ctx, set)
	}
	if err == nil {
		err = (*engine).SyncedTo(ctx, tip)
	}
	if err != nil && ctx.Err() == nil {
		l.log.Warn("the engine does not go on from where block sync has come", "height", l.Tip().Header.Height, "reason", err)
	}
}
