package eth

import (
	"context"
	"strconv"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
)

func (s *Service) clientVersion(context.Context, jsonrpc.Params) (any, error) {
	return s.settings.Version, nil
}

func (s *Service) sha3(_ context.Context, params jsonrpc.Params) (any, error) {
	var data quantity.Bytes
	if err := params.Decode(0, true, &data); err != nil {
		return nil, err
	}
	return keccak.Keccak256(data), nil
}

func (s *Service) netVersion(context.Context, jsonrpc.Params) (any, error) {
	return strconv.FormatUint(s.chain.Genesis().EVMChainID, 10), nil
}

func (s *Service) listening(context.Context, jsonrpc.Params) (any, error) { return true, nil }

func (s *Service) peerCount(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Uint64(0), nil
}

func (s *Service) chainID(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Uint64(s.chain.Genesis().EVMChainID), nil
}

func (s *Service) blockNumber(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Uint64(s.chain.Head().Header.Height), nil
}

// syncing is always false: what this node serves is what it has executed.
func (s *Service) syncing(context.Context, jsonrpc.Params) (any, error) { return false, nil }

func (s *Service) protocolVersion(context.Context, jsonrpc.Params) (any, error) {
	return quantity.Uint64(68), nil
}

func (s *Service) coinbase(context.Context, jsonrpc.Params) (any, error) {
	return s.chain.Head().Coinbase(), nil
}
