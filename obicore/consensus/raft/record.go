package raft

import (
	"errors"
	"fmt"

	pb "go.etcd.io/raft/v3/raftpb"
	"google.golang.org/protobuf/proto"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// Kinds of records in the engine's log.
const (
	recordBase = 1 // where the log begins: replaces everything before it
	recordStep = 2 // what one step of raft has to remember
)

// remembered is raft's durable state: a beginning and what follows.
type remembered struct {
	epoch   uint64
	index   uint64 // the last that is not kept; the chain holds what was there
	term    uint64 // of that index
	height  uint64 // of the chain at that index
	hard    hardState
	entries []*pb.Entry
}

type hardState struct{ term, vote, commit uint64 }

func hardOf(s *pb.HardState) hardState { return hardState{s.GetTerm(), s.GetVote(), s.GetCommit()} }

func (h hardState) state() *pb.HardState {
	return &pb.HardState{Term: new(h.term), Vote: new(h.vote), Commit: new(h.commit)}
}

// encodeBase is [1, epoch, index, term, height, [term, vote, commit], [entry…]].
func (r *remembered) encodeBase() ([]byte, error) {
	p := rlp.AppendUint64(nil, recordBase)
	for _, v := range []uint64{r.epoch, r.index, r.term, r.height} {
		p = rlp.AppendUint64(p, v)
	}
	p = append(p, encodeHard(r.hard)...)
	entries, err := encodeEntries(r.entries)
	return rlp.AppendList(nil, append(p, entries...)), err
}

// encodeStep is [2, [term, vote, commit], [entry…]].
func encodeStep(hard hardState, entries []*pb.Entry) ([]byte, error) {
	p := append(rlp.AppendUint64(nil, recordStep), encodeHard(hard)...)
	list, err := encodeEntries(entries)
	return rlp.AppendList(nil, append(p, list...)), err
}

func encodeHard(h hardState) []byte {
	p := rlp.AppendUint64(nil, h.term)
	p = rlp.AppendUint64(p, h.vote)
	return rlp.AppendList(nil, rlp.AppendUint64(p, h.commit))
}

func encodeEntries(entries []*pb.Entry) ([]byte, error) {
	var p []byte
	for _, e := range entries {
		b, err := proto.Marshal(e)
		if err != nil {
			return nil, err
		}
		p = rlp.AppendBytes(p, b)
	}
	return rlp.AppendList(nil, p), nil
}

// replay adds one record.
func (r *remembered) replay(record []byte) error {
	reader := rlp.NewReader(record)
	list, err := reader.List()
	if err != nil {
		return err
	}
	kind, err := list.Uint64()
	if err != nil {
		return err
	}
	switch kind {
	case recordBase:
		*r = remembered{}
		for _, v := range []*uint64{&r.epoch, &r.index, &r.term, &r.height} {
			if *v, err = list.Uint64(); err != nil {
				return err
			}
		}
	case recordStep:
		if r.index == 0 {
			return errors.New("a step before any beginning")
		}
	default:
		return fmt.Errorf("a record of kind %d", kind)
	}
	if r.hard, err = decodeHard(list); err != nil {
		return err
	}
	return errors.Join(r.replayEntries(list), list.End(), reader.End())
}

func decodeHard(list *rlp.Reader) (h hardState, err error) {
	inner, err := list.List()
	if err != nil {
		return h, err
	}
	for _, v := range []*uint64{&h.term, &h.vote, &h.commit} {
		if *v, err = inner.Uint64(); err != nil {
			return h, err
		}
	}
	return h, inner.End()
}

// replayEntries appends entries; a later one replaces an earlier at its index and all
// after it.
func (r *remembered) replayEntries(list *rlp.Reader) error {
	inner, err := list.List()
	if err != nil {
		return err
	}
	for inner.More() {
		b, err := inner.Bytes()
		if err != nil {
			return err
		}
		e := &pb.Entry{}
		if err := proto.Unmarshal(b, e); err != nil {
			return err
		}
		place := e.GetIndex() - r.index - 1
		if e.GetIndex() <= r.index || place > uint64(len(r.entries)) {
			return fmt.Errorf("entry %d where the log begins after %d and has %d entries", e.GetIndex(), r.index, len(r.entries))
		}
		r.entries = append(r.entries[:place:place], e)
	}
	return nil
}
