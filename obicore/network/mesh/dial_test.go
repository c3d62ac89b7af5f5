package mesh_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/network/memory"
)

// lossy is a channel whose packets are lost while it is closed: an attempt waits and gets no
// answer, and goes on waiting when the way is open again.
type lossy struct {
	network.SecureChannel
	closed   atomic.Bool
	attempts atomic.Int64
}

func (l *lossy) Dial(ctx context.Context, address string) (network.Conn, error) {
	l.attempts.Add(1)
	if l.closed.Load() {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return l.SecureChannel.Dial(ctx, address)
}

func TestAnAttemptThatGetsNoAnswerGivesWayToTheNextAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memory.New()
		way := &lossy{}
		way.closed.Store(true)
		a := newNode(t, s, 1, func(o *network.Options) {
			way.SecureChannel = o.Channel
			o.Channel = way
		})
		b := newNode(t, s, 2, nil)
		a.SetPeers([]network.Peer{b.record})
		b.SetPeers([]network.Peer{{ID: a.record.ID, Transport: a.record.Transport}}) // only a dials
		time.Sleep(time.Minute)
		if each := way.attempts.Load() / int64(network.Classes); each < 25 || each > 45 {
			t.Errorf("%d attempts in a minute", each)
		}
		way.closed.Store(false)
		if time.Sleep(2 * time.Second); !a.connected() {
			t.Errorf("not connected two seconds after the way is open: %+v", a.Status())
		}
	})
}
