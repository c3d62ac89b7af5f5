package api_test

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
)

// haunted is a ledger module in whose reads something else happens: what runs once
// when a read reaches a place, such as "before View 3".
type haunted struct {
	ledger.Module
	place atomic.Pointer[string]
	what  func()
}

// haunt returns a registry whose ledgers are haunted.
func haunt() (*kernel.Registry, *haunted) {
	registry := obicore.Registry()
	h := &haunted{}
	for name, module := range registry.Ledger {
		h.Module = module
		registry.Ledger[name] = h
	}
	return registry, h
}

func (h *haunted) once(place string, what func()) {
	h.what = what
	h.place.Store(&place)
}

func (h *haunted) at(format string, arguments ...any) {
	if place := h.place.Load(); place != nil && *place == fmt.Sprintf(format, arguments...) && h.place.CompareAndSwap(place, nil) {
		h.what()
	}
}

func (h *haunted) Open(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
	opened, err := h.Module.Open(ctx, options)
	if err != nil {
		return nil, err
	}
	return &hauntedLedger{Ledger: opened, Rewinder: opened.(ledger.Rewinder), module: h}, nil
}

type hauntedLedger struct {
	ledger.Ledger
	ledger.Rewinder
	module *haunted
}

func (l *hauntedLedger) View(height uint64) (ledger.View, error) {
	l.module.at("before View %d", height)
	view, err := l.Ledger.View(height)
	l.module.at("after View %d", height)
	return view, err
}

func (l *hauntedLedger) Results(height uint64) (*chain.Results, error) {
	results, err := l.Ledger.Results(height)
	l.module.at("after Results %d", height)
	return results, err
}
