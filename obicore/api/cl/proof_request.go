package cl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// Error codes of proofs: codeUnknown for what this chain does not have; what comes later
// has codeBehind, what is gone from this node ResourceUnavailable.
const codeUnknown = -32001

// proofRequest says what is to be proved: one of its first five members.
type proofRequest struct {
	Account     *quantity.Address  `json:"account"`
	Keys        []quantity.Bytes   `json:"keys"`
	Receipt     *quantity.Hash     `json:"receipt"`
	Transaction *quantity.Hash     `json:"transaction"`
	Header      *quantity.BlockTag `json:"header"`

	Slots []quantity.Hash    `json:"slots"` // of Account
	Block *quantity.BlockTag `json:"block"` // of Account and Keys
}

var errProofRequest = errors.New("name exactly one of account, keys, receipt, transaction and header; slots go with account, block goes with account or keys")

// UnmarshalJSON implements json.Unmarshaler; unknown members are refused.
func (r *proofRequest) UnmarshalJSON(input []byte) error {
	type plain proofRequest
	decoder := json.NewDecoder(bytes.NewReader(input))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode((*plain)(r)); err != nil {
		return err
	}
	claims := 0
	for _, named := range []bool{r.Account != nil, r.Keys != nil, r.Receipt != nil, r.Transaction != nil, r.Header != nil} {
		if named {
			claims++
		}
	}
	state := r.Account != nil || r.Keys != nil
	if claims != 1 || r.Slots != nil && r.Account == nil || r.Block != nil && !state {
		return errProofRequest
	}
	if count := max(len(r.Keys), len(r.Slots)+1); count > ledger.MaxMultiProofKeys {
		return fmt.Errorf("%d entries, at most %d are proved at once", count, ledger.MaxMultiProofKeys)
	}
	return nil
}

// document answers with a proof document.
func (s *Service) document(params jsonrpc.Params) (any, error) {
	if err := params.Expect(1, 1); err != nil {
		return nil, err
	}
	var request proofRequest
	if err := params.Decode(0, true, &request); err != nil {
		return nil, err
	}
	document, err := s.prove(&request)
	if err != nil {
		return nil, explain(err)
	}
	return document, nil
}

func (s *Service) prove(request *proofRequest) (*proof.Document, error) {
	switch {
	case request.Receipt != nil:
		return s.proveReceipt(request.Receipt.Value())
	case request.Transaction != nil:
		return s.proveTransaction(request.Transaction.Value())
	case request.Header != nil:
		return s.proveHeader(request.Header)
	}
	keys, err := request.keys()
	if err != nil {
		return nil, err
	}
	return s.proveState(keys, request.Block)
}

// explain gives the reasons of a ledger their codes, and says what to do.
func explain(err error) error {
	var coded *jsonrpc.Error
	switch {
	case errors.As(err, &coded):
		return err
	case errors.Is(err, ledger.ErrPruned):
		return jsonrpc.Errorf(jsonrpc.ResourceUnavailable, "this node no longer keeps what the proof needs: %v; ask one that keeps more", err)
	case errors.Is(err, ledger.ErrNotFound):
		return jsonrpc.Errorf(codeUnknown, "this chain has nothing of that name: %v; check the name, or ask again when this node has caught up", err)
	case errors.Is(err, ledger.ErrMultiProof):
		return jsonrpc.Errorf(jsonrpc.ServerError, "%v; use cl_getProof(address, slot, block)", err)
	}
	return err
}
