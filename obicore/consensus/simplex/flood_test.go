package simplex

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// Node 4 is no validator, so that nobody takes what comes.
func TestAnInboxThatOneSenderHasFilledHasRoomForAllOthers(t *testing.T) {
	var dropped []string
	given := fair(1)
	given.Nodes, given.Validators = 5, 4
	given.New = func(options consensus.Options) consensus.Engine {
		options.Logf = func(_ slog.Level, format string, arguments ...any) {
			if said := fmt.Sprintf(format, arguments...); strings.Contains(said, "dropped") {
				dropped = append(dropped, said)
			}
		}
		return newEngine(options, allCare)
	}
	synctest.Test(t, func(t *testing.T) {
		w := enginetest.New(t, given)
		w.Nodes[4].Start()
		defer w.End()
		said := func(from, times int) {
			for range times {
				if err := w.Nodes[4].Running().Engine.Receive(w.Nodes[from].ID, encodeFrame(frameHere, 0, 1, nil)); err != nil {
					t.Fatal(err)
				}
			}
		}
		said(3, 20_000)
		said(1, 500)
		said(2, 500)
		if len(dropped) != 1 || !strings.Contains(dropped[0], w.Nodes[3].ID.String()) {
			t.Errorf("%d remarks about what is dropped, want one about node 3; the last %q", len(dropped), dropped[max(0, len(dropped)-1):])
		}
	})
}

func TestMessagesOfAnEpochThatNeverComesLeaveTheOthersTheirPlaces(t *testing.T) {
	play(t, allCare, func(s *script) {
		said := func(from, times int, epoch uint64) {
			for range times {
				if err := s.heard.Receive(s.w.Nodes[from].ID, encodeFrame(frameHere, epoch, 1, nil)); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
		}
		said(3, 1000, 1<<63)
		said(1, 10, 1)
		said(2, 10, 1)
		waiting := make(map[int]int)
		for _, f := range s.heard.early.Drain() {
			waiting[int(f.from[0])-1]++
		}
		if waiting[1] != 10 || waiting[2] != 10 || waiting[3] == 0 || waiting[3] > 64 {
			t.Errorf("of nodes there wait %v messages for the next epoch", waiting)
		}
	})
}
