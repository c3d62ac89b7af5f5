package cl

import (
	"context"
	"errors"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/api/steady"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Service serves one chain.
type Service struct {
	chain    *node.Chain
	awaiting chan struct{} // holds a place for every wait under way
}

// New returns a service.
func New(c *node.Chain) *Service {
	return &Service{chain: c, awaiting: make(chan struct{}, awaitCalls)}
}

// Register adds all methods.
func (s *Service) Register(registry *jsonrpc.Registry) error {
	var faults []error
	for name, handler := range map[string]jsonrpc.Handler{
		"cl_chain": s.describe, "cl_getHeader": s.header, "cl_getProof": s.proof, "cl_status": s.status, "cl_getValidators": s.validators,
		"cl_getConvictions": s.convictions, "cl_getNonce": s.laneNonce,
	} {
		faults = append(faults, registry.Register(name, steady.Handler(s.chain, handler)))
	}
	return errors.Join(append(faults, registry.Register("cl_awaitHeight", s.awaitHeight), registry.Register("cl_sendTransactions", s.sendTransactions))...)
}

// description is the answer of cl_chain.
type description struct {
	Name       string          `json:"name"`
	Identity   chain.Hash      `json:"identity"`
	EVMChainID quantity.Uint64 `json:"evmChainId"`
	Crypto     string          `json:"crypto"`
	Consensus  string          `json:"consensus"`
	Commitment string          `json:"commitment"`
	RootDelay  quantity.Uint64 `json:"rootDelay"`
	Height     quantity.Uint64 `json:"height"`
	Rules      []chain.Rules   `json:"rules"`
	Waiting    string          `json:"waiting,omitempty"`
}

func (s *Service) describe(context.Context, jsonrpc.Params) (any, error) {
	g, head := s.chain.Genesis(), s.chain.Head()
	return description{
		Name: g.Name, Identity: s.chain.Identity(), EVMChainID: quantity.Uint64(g.EVMChainID), Crypto: g.Crypto,
		Consensus: g.Consensus, Commitment: g.Commitment, RootDelay: quantity.Uint64(g.RootDelay),
		Height: quantity.Uint64(head.Header.Height), Rules: head.Parameters.Rules, Waiting: s.chain.Engine().Waiting,
	}, nil
}

// headerAnswer is a header in its canonical encoding with the proof that it was
// decided, so that a client can check both for itself.
type headerAnswer struct {
	Height quantity.Uint64 `json:"height"`
	Hash   chain.Hash      `json:"hash"`
	Header quantity.Bytes  `json:"header"`
	Proof  quantity.Bytes  `json:"proof"`
}

func (s *Service) height(params jsonrpc.Params, i int) (uint64, error) {
	var tag quantity.BlockTag
	if err := params.Decode(i, false, &tag); err != nil {
		return 0, err
	}
	return s.heightOf(&tag)
}

func (s *Service) heightOf(tag *quantity.BlockTag) (uint64, error) {
	switch tag.Kind {
	case quantity.BlockEarliest:
		return 0, nil
	case quantity.BlockNumber:
		return tag.Number, nil
	case quantity.BlockHash:
		return s.chain.Ledger().HeightOf(tag.Hash)
	}
	return s.chain.Head().Header.Height, nil
}

func (s *Service) header(_ context.Context, params jsonrpc.Params) (any, error) {
	height, err := s.height(params, 0)
	if err != nil {
		return nil, err
	}
	header, err := s.chain.Ledger().Header(height)
	if errors.Is(err, ledger.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	answer := headerAnswer{Height: quantity.Uint64(height), Hash: header.Hash(s.chain.Suite()), Header: header.Encode()}
	if height > 0 {
		proof, err := s.chain.Ledger().Proof(height)
		if err != nil {
			return nil, err
		}
		answer.Proof = proof.Encode()
	}
	return answer, nil
}
