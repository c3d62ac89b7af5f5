package development

import (
	"context"
	"strconv"
	"time"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// maxTime bounds times and steps of time, in seconds.
const maxTime = 1 << 33

// mineOptions is the object that evm_mine takes instead of a timestamp.
type mineOptions struct {
	Timestamp *number `json:"timestamp"`
	Blocks    *number `json:"blocks"`
}

// mineOne is evm_mine: one block, empty if need be. Without a timestamp it works
// on every development chain.
func (s *Service) mineOne(ctx context.Context, params jsonrpc.Params) (any, error) {
	options, err := mineOptionsOf(params)
	if err != nil {
		return nil, err
	}
	blocks := uint64(1)
	if options.Blocks != nil {
		if blocks, err = options.Blocks.uint64(); err != nil {
			return nil, err
		}
	}
	if options.Timestamp != nil {
		at, err := options.Timestamp.uint64()
		if err != nil {
			return nil, err
		}
		if err := s.nextAt(at); err != nil {
			return nil, err
		}
	}
	return "0x0", s.mineBlocks(ctx, blocks)
}

func mineOptionsOf(params jsonrpc.Params) (options mineOptions, err error) {
	raw := params.Raw(0)
	if len(raw) == 0 || raw[0] == '{' {
		err = params.Decode(0, false, &options)
		return options, err
	}
	var timestamp *number
	err = params.Decode(0, false, &timestamp)
	options.Timestamp = timestamp
	return options, err
}

func (s *Service) mineBlocks(ctx context.Context, count uint64) error {
	if count > maxMine {
		return jsonrpc.Errorf(jsonrpc.LimitExceeded, "%d blocks, at most %d at once", count, maxMine)
	}
	if count == 0 {
		return nil
	}
	return s.chain.Mine(ctx, int(count))
}

// mine is hardhat_mine(count, interval in seconds).
func (s *Service) mine(ctx context.Context, params jsonrpc.Params) (any, error) {
	count, err := numberAt(params, 0, 1)
	if err != nil {
		return nil, err
	}
	interval, err := numberAt(params, 1, 0)
	if err != nil {
		return nil, err
	}
	if interval == 0 {
		return true, s.mineBlocks(ctx, count)
	}
	if count > maxMine {
		return nil, jsonrpc.Errorf(jsonrpc.LimitExceeded, "%d blocks, at most %d at once", count, maxMine)
	}
	for i := range count {
		if i > 0 {
			if err := s.nextAt(s.chain.Head().Header.Time/1000 + interval); err != nil {
				return nil, err
			}
		}
		if err := s.chain.Mine(ctx, 1); err != nil {
			return nil, err
		}
	}
	return true, nil
}

func (s *Service) snapshot(context.Context, jsonrpc.Params) (any, error) {
	id, err := s.chain.Snapshot()
	if err != nil {
		return nil, err
	}
	return quantity.Uint64(id), nil
}

func (s *Service) revert(_ context.Context, params jsonrpc.Params) (any, error) {
	id, err := numberAt(params, 0, 0)
	if err != nil {
		return nil, err
	}
	return s.chain.RevertTo(id)
}

// increaseTime answers with the whole offset, as a decimal like Hardhat's.
func (s *Service) increaseTime(_ context.Context, params jsonrpc.Params) (any, error) {
	by, err := numberAt(params, 0, 0)
	if err != nil {
		return nil, err
	}
	if by > maxTime {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "%d seconds: up to 2^33", by)
	}
	offset, err := s.chain.AdvanceTime(time.Duration(by) * time.Second)
	if err != nil {
		return nil, err
	}
	return strconv.FormatInt(int64(offset/time.Second), 10), nil
}

func (s *Service) setTime(_ context.Context, params jsonrpc.Params) (any, error) {
	at, err := numberAt(params, 0, 0)
	if err != nil {
		return nil, err
	}
	if at > maxTime {
		return nil, jsonrpc.Errorf(jsonrpc.InvalidParams, "time %d: seconds up to 2^33", at)
	}
	offset, err := s.chain.SetTime(at * 1000)
	return int64(offset / time.Second), err
}

func (s *Service) setNextTimestamp(_ context.Context, params jsonrpc.Params) (any, error) {
	at, err := numberAt(params, 0, 0)
	if err != nil {
		return nil, err
	}
	return nil, s.nextAt(at)
}

// nextAt gives the next block a time in seconds; the clock goes on from there.
func (s *Service) nextAt(at uint64) error {
	head := s.chain.Head().Header.Time
	switch {
	case at > maxTime:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "time %d: seconds up to 2^33", at)
	case at*1000 <= head:
		return jsonrpc.Errorf(jsonrpc.InvalidParams, "Timestamp %d is lower than or equal to previous block's timestamp %d", at, head/1000)
	}
	if err := s.chain.SetNext(func(next *node.NextBlock) { next.Time = at * 1000 }); err != nil {
		return err
	}
	_, err := s.chain.SetTime(at * 1000)
	return err
}

func (s *Service) setAutomine(_ context.Context, params jsonrpc.Params) (any, error) {
	var on bool
	if err := params.Decode(0, true, &on); err != nil {
		return nil, err
	}
	return true, s.chain.SetManual(!on)
}

// setInterval mines a block every so many milliseconds (anvil: seconds are sent
// by its own clients as such); 0 stops it.
func (s *Service) setInterval(_ context.Context, params jsonrpc.Params) (any, error) {
	milliseconds, err := numberAt(params, 0, 0)
	if err != nil {
		return nil, err
	}
	if err := s.chain.SetManual(milliseconds > 0); err != nil {
		return nil, err
	}
	s.intervals.Lock()
	defer s.intervals.Unlock()
	s.stopMining()
	if milliseconds == 0 || s.closed {
		return true, nil
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		ticker := time.NewTicker(time.Duration(min(milliseconds, 1<<31)) * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				if s.chain.Mine(ctx, 1) != nil && s.chain.HaltReason() != nil {
					return
				}
			}
		}
	}()
	s.stopInterval = func() { cancel(); <-done }
	return true, nil
}
