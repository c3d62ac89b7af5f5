package chaos

import (
	"context"
	"sync"
	"time"
)

// pace says when the next bundle of transfers is due. Without a rate it is due at once.
type pace struct {
	mutex sync.Mutex
	rate  float64 // bundles a second; 0 for as many as there may be
	due   time.Time
}

// latest is how long a bundle that nobody was free for is still sent; then it is left out.
const latest = 10 * time.Second

// Pace has the bankers send a number of transfers a second from now on, whatever becomes
// of them.
func (l *Load) Pace(transfers float64) {
	l.pace.mutex.Lock()
	defer l.pace.mutex.Unlock()
	l.pace.rate, l.pace.due = transfers/bundle, time.Now()
}

// Maximum returns how many transactions a second the network executes when every client
// sends as fast as it is served.
func (l *Load) Maximum(ctx context.Context, during time.Duration) float64 {
	before, since := l.Counts(), time.Now()
	timer := time.NewTimer(during)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
	return l.Counts().Less(before).Executed / time.Since(since).Seconds()
}

// Counts are how many transactions were sent, and executed by the word of their receipts.
type Counts struct{ Sent, Executed float64 }

// Counts returns them as they are now.
func (l *Load) Counts() Counts {
	return Counts{Sent: float64(l.Sent.Load()), Executed: float64(l.Executed.Load())}
}

// Less is what has come since.
func (c Counts) Less(before Counts) Counts {
	return Counts{Sent: c.Sent - before.Sent, Executed: c.Executed - before.Executed}
}

// await waits for the time of the next bundle; it is false when the context has ended.
func (p *pace) await(ctx context.Context) bool {
	timer := time.NewTimer(time.Until(p.next()))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

func (p *pace) next() (due time.Time) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	now := time.Now()
	if p.rate == 0 {
		return now
	}
	if p.due = p.due.Add(time.Duration(float64(time.Second) / p.rate)); now.Sub(p.due) > latest {
		p.due = now.Add(-latest)
	}
	return p.due
}
