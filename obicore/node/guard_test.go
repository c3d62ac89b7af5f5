package node_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/journal"
)

func openGuard(t *testing.T, path string) *node.Guard {
	t.Helper()
	log, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	guard, err := node.NewGuard(log)
	if err != nil {
		t.Fatal(err)
	}
	return guard
}

func TestAGuardRefusesVotesThatContradictEarlierOnesAlsoAfterARestart(t *testing.T) {
	path := filepath.Join(t.TempDir(), "votes")
	a, b := chain.Hash{1}, chain.Hash{2}
	guard := openGuard(t, path)
	for _, vote := range []consensus.Vote{{Height: 7, Round: 0, Hash: a}, {Height: 7, Round: 1, Hash: b}, {Height: 7, Round: 0, Hash: a}} {
		if err := guard.Record("x", vote); err != nil {
			t.Fatal(err)
		}
	}
	for _, guard := range []*node.Guard{guard, openGuard(t, path)} {
		for _, vote := range []consensus.Vote{{Height: 7, Round: 0, Hash: b}, {Height: 7, Round: 1, Hash: a}, {Height: 6, Round: 9, Hash: a}} {
			if err := guard.Record("x", vote); !errors.Is(err, consensus.ErrDoubleSign) {
				t.Errorf("%+v: %v", vote, err)
			}
		}
		if err := guard.Record("y", consensus.Vote{Height: 7, Hash: b}); err != nil {
			t.Errorf("another kind of vote: %v", err)
		}
	}
}

func TestAGuardRemembersEveryKindThroughManyVotesOfAnother(t *testing.T) {
	path := filepath.Join(t.TempDir(), "votes")
	guard := openGuard(t, path)
	if err := guard.Record("rare", consensus.Vote{Height: 3, Hash: chain.Hash{1}}); err != nil {
		t.Fatal(err)
	}
	for height := range uint64(1500) {
		if err := guard.Record("frequent", consensus.Vote{Height: height, Hash: chain.Hash{byte(height)}}); err != nil {
			t.Fatal(err)
		}
	}
	again := openGuard(t, path)
	if err := again.Record("rare", consensus.Vote{Height: 3, Hash: chain.Hash{2}}); !errors.Is(err, consensus.ErrDoubleSign) {
		t.Errorf("the rare kind is forgotten: %v", err)
	}
	if err := again.Record("frequent", consensus.Vote{Height: 1498, Hash: chain.Hash{2}}); !errors.Is(err, consensus.ErrDoubleSign) {
		t.Errorf("the frequent kind is forgotten: %v", err)
	}
}

// failingLog is a log whose disk is full.
type failingLog struct{ *journal.Journal }

var errFull = fmt.Errorf("no space left")

func (failingLog) Append([]byte, bool) error { return errFull }

func TestAVoteThatCannotBeRecordedIsNotAllowed(t *testing.T) {
	log, err := journal.Open(filepath.Join(t.TempDir(), "votes"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	guard, err := node.NewGuard(failingLog{log})
	if err != nil {
		t.Fatal(err)
	}
	if err := guard.Record("x", consensus.Vote{Height: 1}); !errors.Is(err, errFull) {
		t.Fatalf("error %v", err)
	}
}
