package smartbft

import (
	"testing"
	"time"
)

func TestTheSameChangeOfViewIsAskedForOnlyEverySoOften(t *testing.T) {
	var a asks
	begin := time.UnixMilli(1_700_000_000_000)
	for n, c := range []struct {
		target, next uint64
		after        time.Duration
		goes         bool
	}{
		{1, 5, 0, true},
		{1, 5, 10, false},
		{1, 4, 20, false},
		{2, 4, 20, true},
		{1, 6, 20, true},
		{1, 5, 60, false},
		{1, 5, 130, true},
	} {
		if goes := a.admit(c.target, c.next, begin.Add(c.after*time.Millisecond), 100*time.Millisecond); goes != c.goes {
			t.Errorf("message %d, for view %d to node %d, goes: %t", n, c.next, c.target, goes)
		}
	}
}
