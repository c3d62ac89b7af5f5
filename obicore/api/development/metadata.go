package development

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
)

// metadata is the answer of hardhat_metadata. Ignition's command asks for it on
// chain id 31337 and begins a deployment anew where instanceId has changed.
type metadata struct {
	ClientVersion     string     `json:"clientVersion"`
	ChainID           uint64     `json:"chainId"`
	InstanceID        chain.Hash `json:"instanceId"`
	LatestBlockNumber uint64     `json:"latestBlockNumber"`
	LatestBlockHash   chain.Hash `json:"latestBlockHash"`
}

func (s *Service) metadata(context.Context, jsonrpc.Params) (any, error) {
	head := s.chain.Head()
	return metadata{
		ClientVersion: "CredibleLedger", ChainID: s.chain.Genesis().EVMChainID, InstanceID: s.chain.Identity(),
		LatestBlockNumber: head.Header.Height, LatestBlockHash: head.Hash,
	}, nil
}

// automine reports whether a transaction makes its block. Where this method is
// missing, Ignition waits for five confirmations, which a chain that makes blocks
// on demand never gives.
func (s *Service) automine(context.Context, jsonrpc.Params) (any, error) {
	return !s.chain.Manual(), nil
}
