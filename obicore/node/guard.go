package node

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Guard is the durable record of the votes that a validator's key has signed. It
// stands below every engine and outside the chain's data, so that restoring old
// data or a fault in an engine cannot make the key contradict itself. It belongs
// to the key: where the key goes, the guard must go.
type Guard struct {
	mutex sync.Mutex
	log   consensus.WAL
	votes map[string]*voted // by kind

	appended int // records in the log
}

// voted is what one kind of votes has come to: the highest height, and what was
// voted for in each of its rounds.
type voted struct {
	height uint64
	rounds map[uint64]chain.Hash
}

// maxRounds bounds the rounds of one height that a guard remembers; a key that has
// voted in so many signs no more at that height.
const maxRounds = 4096

// NewGuard reads the record of votes from its log.
func NewGuard(log consensus.WAL) (*Guard, error) {
	g := &Guard{log: log, votes: make(map[string]*voted)}
	err := log.Replay(func(record []byte) error {
		kind, vote, err := decodeVoted(record)
		if err == nil {
			g.note(kind, vote)
			g.appended++
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("node: the record of votes cannot be read; do not start this validator before it is known what its key has signed: %w", err)
	}
	return g, nil
}

// Close releases the log.
func (g *Guard) Close() error {
	if closer, ok := g.log.(io.Closer); ok {
		return closer.Close()
	}
	return nil
}

// Record makes a vote durable before it is signed: consensus.ErrDoubleSign when
// another vote contradicts it.
func (g *Guard) Record(kind string, vote consensus.Vote) error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if last := g.votes[kind]; last != nil {
		known, again := last.rounds[vote.Round]
		switch {
		case vote.Height < last.height:
			return fmt.Errorf("%w: height %d, it has voted at height %d", consensus.ErrDoubleSign, vote.Height, last.height)
		case vote.Height > last.height:
		case again && known == vote.Hash:
			return nil
		case again:
			return fmt.Errorf("%w: height %d, round %d, header %s, it has voted for %s", consensus.ErrDoubleSign, vote.Height, vote.Round, vote.Hash, known)
		case len(last.rounds) >= maxRounds:
			return fmt.Errorf("%w: %d rounds of height %d", consensus.ErrDoubleSign, maxRounds, vote.Height)
		}
	}
	if err := g.log.Append(encodeVoted(kind, vote), true); err != nil {
		return fmt.Errorf("node: recording a vote: %w", err)
	}
	g.note(kind, vote)
	if g.appended++; g.appended > compactAfter {
		return g.compact()
	}
	return nil
}

func (g *Guard) note(kind string, vote consensus.Vote) {
	last := g.votes[kind]
	if last == nil || vote.Height > last.height {
		last = &voted{height: vote.Height, rounds: make(map[uint64]chain.Hash)}
		g.votes[kind] = last
	}
	if vote.Height == last.height {
		last.rounds[vote.Round] = vote.Hash
	}
}

// compactAfter is how many records the log may hold that are not needed.
const compactAfter = 1024

// compact writes what is needed once more and drops everything before it.
func (g *Guard) compact() error {
	count := 0
	for _, kind := range slices.Sorted(maps.Keys(g.votes)) {
		last := g.votes[kind]
		for _, round := range slices.Sorted(maps.Keys(last.rounds)) {
			vote := consensus.Vote{Height: last.height, Round: round, Hash: last.rounds[round]}
			if err := g.log.Append(encodeVoted(kind, vote), false); err != nil {
				return err
			}
			count++
		}
	}
	g.appended = count
	return g.log.Truncate(count)
}

func encodeVoted(kind string, vote consensus.Vote) []byte {
	p := rlp.AppendBytes(nil, []byte(kind))
	return rlp.AppendList(nil, append(p, vote.Encode()...))
}

func decodeVoted(record []byte) (string, consensus.Vote, error) {
	reader := rlp.NewReader(record)
	list, err := reader.List()
	if err != nil {
		return "", consensus.Vote{}, err
	}
	kind, err := list.Bytes()
	if err != nil {
		return "", consensus.Vote{}, err
	}
	raw, err := list.Raw()
	if err != nil {
		return "", consensus.Vote{}, err
	}
	vote, err := consensus.DecodeVote(raw)
	return string(kind), vote, errors.Join(err, list.End(), reader.End())
}
