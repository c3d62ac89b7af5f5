package chain

import "time"

// Clock is injected wherever time matters, so that a simulator owns it.
type Clock interface {
	Now() time.Time
	// AfterFunc runs f in its own goroutine after d; stop prevents it and reports
	// whether it did.
	AfterFunc(d time.Duration, f func()) (stop func() bool)
}
