package light

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// Caller makes one JSON-RPC call; whatever client a program has fits.
type Caller interface {
	Call(ctx context.Context, result any, method string, params ...any) error
}

// RPC is a source that asks a node over JSON-RPC.
type RPC struct{ Node Caller }

// headerAnswer is the answer of cl_getHeader.
type headerAnswer struct {
	Height string `json:"height"`
	Header string `json:"header"`
	Proof  string `json:"proof"`
}

// Latest implements Source.
func (r RPC) Latest(ctx context.Context) (uint64, error) {
	var answer headerAnswer
	if err := r.Node.Call(ctx, &answer, "cl_getHeader", "latest"); err != nil {
		return 0, err
	}
	return strconv.ParseUint(strings.TrimPrefix(answer.Height, "0x"), 16, 64)
}

// Header implements Source.
func (r RPC) Header(ctx context.Context, height uint64) (header *chain.Header, proof chain.Proof, err error) {
	var answer *headerAnswer
	if err := r.Node.Call(ctx, &answer, "cl_getHeader", quantity(height)); err != nil {
		return nil, proof, err
	}
	if answer == nil {
		return nil, proof, fmt.Errorf("%w: the source has no header at height %d", ErrHeader, height)
	}
	raw, err := unhex(answer.Header)
	if err != nil {
		return nil, proof, err
	}
	if header, err = chain.DecodeHeader(raw); err != nil || answer.Proof == "" || answer.Proof == "0x" {
		return header, proof, err
	}
	if raw, err = unhex(answer.Proof); err != nil {
		return nil, proof, err
	}
	p, err := chain.DecodeProof(raw)
	if err != nil {
		return nil, proof, err
	}
	return header, *p, nil
}

// Validators implements Source.
func (r RPC) Validators(ctx context.Context, height uint64) (*chain.ValidatorSet, error) {
	var answer struct {
		Set string `json:"set"`
	}
	if err := r.Node.Call(ctx, &answer, "cl_getValidators", quantity(height)); err != nil {
		return nil, err
	}
	raw, err := unhex(answer.Set)
	if err != nil {
		return nil, err
	}
	return chain.DecodeValidatorSet(raw)
}

func quantity(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

func unhex(text string) ([]byte, error) {
	raw, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHeader, err)
	}
	return raw, nil
}
