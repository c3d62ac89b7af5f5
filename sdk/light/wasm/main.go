//go:build js && wasm

package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"syscall/js"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore/crypto/gm"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/ledger/binarytree"
	"github.com/credibleledger/credibleledger/obicore/ledger/merklepatricia"
	"github.com/credibleledger/credibleledger/sdk/light"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

func main() {
	js.Global().Set("credibleLight", promised(func(ctx context.Context, arguments []js.Value) (any, error) {
		if len(arguments) != 1 || arguments[0].Type() != js.TypeObject {
			return nil, errors.New("credibleLight takes one object")
		}
		return open(ctx, arguments[0])
	}))
	select {} // the functions live as long as the page
}

// session is one client with the node that it asks.
type session struct {
	client *light.Client
	source light.RPC
}

func open(ctx context.Context, given js.Value) (any, error) {
	suite, err := suiteOf(text(given, "crypto"))
	if err != nil {
		return nil, err
	}
	commitment, err := commitmentOf(text(given, "commitment"))
	if err != nil {
		return nil, err
	}
	source := light.RPC{Node: rpcclient.New(text(given, "rpc"))}
	checkpoint, err := checkpointOf(ctx, given, source, suite)
	if err != nil {
		return nil, err
	}
	client, err := light.New(checkpoint, light.Options{
		Suite: suite, Consensus: text(given, "consensus"), RootDelay: number(given, "rootDelay"), State: commitment(suite),
		TrustPeriod: seconds(given, "trustPeriod"), MaxAge: seconds(given, "maxAge"),
	})
	if err != nil {
		return nil, err
	}
	s := &session{client, source}
	return map[string]any{
		"update": promised(s.update), "account": promised(s.account), "slot": promised(s.slot),
		"checkpoint": js.FuncOf(func(js.Value, []js.Value) any { return "0x" + hex.EncodeToString(s.client.Trusted().Encode()) }),
	}, nil
}

func suiteOf(name string) (crypto.Suite, error) {
	switch name {
	case standard.Name:
		return standard.New(), nil
	case gm.Name:
		return gm.New(), nil
	}
	return nil, fmt.Errorf("crypto is %q, not %q or %q", name, standard.Name, gm.Name)
}

// commitmentOf returns the state commitment with the name that a genesis gives it.
func commitmentOf(name string) (ledger.NewCommitment, error) {
	switch name {
	case "", "binary":
		return binarytree.New, nil
	case "patricia":
		return merklepatricia.New, nil
	}
	return nil, fmt.Errorf("commitment is %q, not %q or %q", name, "binary", "patricia")
}

func checkpointOf(ctx context.Context, given js.Value, source light.Source, suite crypto.Suite) (c light.Checkpoint, err error) {
	if kept := text(given, "checkpoint"); kept != "" {
		raw, err := hex.DecodeString(strings.TrimPrefix(kept, "0x"))
		if err != nil {
			return c, fmt.Errorf("checkpoint: %w", err)
		}
		return light.DecodeCheckpoint(raw)
	}
	var hash chain.Hash
	if err = hash.UnmarshalText([]byte(text(given, "hash"))); err != nil {
		return c, fmt.Errorf("hash: %w", err)
	}
	return light.Pinned(ctx, source, suite, number(given, "height"), hash)
}

func (s *session) update(ctx context.Context, _ []js.Value) (any, error) {
	if _, err := s.client.Update(ctx, s.source); err != nil {
		return nil, err
	}
	trusted := s.client.Trusted()
	header := trusted.Header
	_, stale := s.client.Head()
	answer := map[string]any{
		"height": header.Height, "hash": header.Hash(s.client.Suite()).String(), "time": float64(header.Time),
		"epoch": trusted.Validators.Epoch, "stateRoot": header.StateRoot.String(), "fresh": stale == nil,
	}
	if height, err := s.client.StateHeight(); err == nil {
		answer["stateHeight"] = height
	}
	return answer, nil
}

func (s *session) account(ctx context.Context, arguments []js.Value) (any, error) {
	owner, err := addressOf(arguments)
	if err != nil {
		return nil, err
	}
	account, err := s.client.Account(ctx, s.source, owner)
	if err != nil {
		return nil, err
	}
	height, err := s.client.StateHeight()
	return map[string]any{"height": height, "nonce": strconv.FormatUint(account.Nonce, 10), "balance": account.Balance.Big().String()}, err
}

func (s *session) slot(ctx context.Context, arguments []js.Value) (any, error) {
	owner, err := addressOf(arguments)
	if err != nil {
		return nil, err
	}
	var slot chain.Hash
	if len(arguments) < 2 || arguments[1].Type() != js.TypeString {
		return nil, errors.New("a slot is 32 bytes of hexadecimal text")
	}
	if err := slot.UnmarshalText([]byte(arguments[1].String())); err != nil {
		return nil, err
	}
	value, err := s.client.Slot(ctx, s.source, owner, chain.Word(slot))
	if err != nil {
		return nil, err
	}
	height, err := s.client.StateHeight()
	return map[string]any{"height": height, "value": chain.Hash(value).String()}, err
}

func addressOf(arguments []js.Value) (a chain.Address, err error) {
	if len(arguments) == 0 || arguments[0].Type() != js.TypeString {
		return a, errors.New("an address is 20 bytes of hexadecimal text")
	}
	return a, a.UnmarshalText([]byte(arguments[0].String()))
}

func text(given js.Value, name string) string {
	if v := given.Get(name); v.Type() == js.TypeString {
		return v.String()
	}
	return ""
}

func number(given js.Value, name string) uint64 {
	if v := given.Get(name); v.Type() == js.TypeNumber && v.Float() >= 0 {
		return uint64(v.Float())
	}
	return 0
}

func seconds(given js.Value, name string) time.Duration {
	return time.Duration(min(number(given, name), 1<<32)) * time.Second
}

// promised makes a function that returns a promise: Go must not wait in the goroutine
// in which JavaScript calls.
func promised(run func(context.Context, []js.Value) (any, error)) js.Func {
	return js.FuncOf(func(_ js.Value, arguments []js.Value) any {
		executor := js.FuncOf(func(_ js.Value, settle []js.Value) any {
			go func() {
				result, err := run(context.Background(), arguments)
				if err != nil {
					settle[1].Invoke(js.Global().Get("Error").New(err.Error()))
					return
				}
				settle[0].Invoke(js.ValueOf(result))
			}()
			return nil
		})
		defer executor.Release()
		return js.Global().Get("Promise").New(executor)
	})
}
