package eth

import (
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// errHeader is what clients expect when the block of a state query is unknown.
var errHeader = jsonrpc.Errorf(jsonrpc.ServerError, "header not found")

// height returns the height that a tag names; pending stands on the latest block.
func (s *Service) height(tag quantity.BlockTag) (uint64, error) {
	head := s.chain.Head().Header.Height
	switch tag.Kind {
	case quantity.BlockEarliest:
		return 0, nil
	case quantity.BlockNumber:
		if tag.Number > head {
			return 0, errHeader
		}
		return tag.Number, nil
	case quantity.BlockHash:
		height, err := s.chain.Ledger().HeightOf(tag.Hash)
		if errors.Is(err, ledger.ErrNotFound) {
			return 0, jsonrpc.Errorf(jsonrpc.ServerError, "header for hash not found")
		}
		return height, err
	}
	return head, nil
}

// block returns the block that a tag names, nil when there is none.
func (s *Service) block(tag quantity.BlockTag) (*node.Block, error) {
	height, err := s.height(tag)
	var unknown *jsonrpc.Error
	if errors.As(err, &unknown) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return s.chain.BlockAt(height)
}

// view opens the state that a tag names; the caller closes it.
func (s *Service) view(tag quantity.BlockTag) (ledger.View, error) {
	height, err := s.height(tag)
	if err != nil {
		return nil, err
	}
	view, err := s.chain.View(height)
	if errors.Is(err, ledger.ErrPruned) {
		return nil, jsonrpc.Errorf(jsonrpc.ServerError, "state of block %d is pruned: %v", height, err)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the state of block %d: %w", height, err)
	}
	return view, nil
}

// tagAt decodes an optional block parameter; latest when absent.
func tagAt(params jsonrpc.Params, i int) (tag quantity.BlockTag, err error) {
	err = params.Decode(i, false, &tag)
	return tag, err
}
