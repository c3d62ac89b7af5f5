package network_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/internal/executable"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/tools/network"
)

// freeAddress is a port that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// travel is what a file does to a value that organisations send to each other.
func travel[V any](t *testing.T, v V) (back V) {
	t.Helper()
	file, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestOrganisationsMakeANetworkOfWhichNobodyHoldsAnothersKeys(t *testing.T) {
	registry := obicore.Registry()
	root := t.TempDir()
	settings := network.Settings{Name: "consortium", Consensus: "smartbft", Crypto: "gm", ChainID: 4242, GasLimit: 100_000_000}
	var homes []string
	var records []*network.Record
	for n := range 4 {
		home := filepath.Join(root, fmt.Sprintf("organisation%d", n))
		record, err := network.NewMember(registry, home, settings.Crypto, fmt.Sprintf("node%d", n), fmt.Sprintf("Organisation %d", n), freeAddress(t))
		if err != nil {
			t.Fatal(err)
		}
		homes, records = append(homes, home), append(records, travel(t, record))
	}
	draft, err := network.Assemble(registry, settings, []chain.Address{{1}}, records)
	if err != nil {
		t.Fatal(err)
	}
	draft = travel(t, draft)
	var approvals []*network.Approval
	for _, home := range homes {
		approval, err := draft.Approve(registry, home)
		if err != nil {
			t.Fatal(err)
		}
		approvals = append(approvals, travel(t, approval))
	}
	if err := draft.Join(registry, homes[0], freeAddress(t), approvals[:3]); !errors.Is(err, network.ErrApproval) {
		t.Fatalf("joined without the approval of one: %v", err)
	}
	forged := *approvals[3]
	forged.Signature = approvals[2].Signature
	if err := draft.Join(registry, homes[0], freeAddress(t), append(approvals[:3:3], &forged)); !errors.Is(err, network.ErrApproval) {
		t.Fatalf("joined with a forged approval: %v", err)
	}
	path := executable.Path(t)
	m := &network.Manifest{Name: settings.Name, Crypto: settings.Crypto, Consensus: settings.Consensus}
	for n, home := range homes {
		rpc := freeAddress(t)
		if err := draft.Join(registry, home, rpc, approvals); err != nil {
			t.Fatal(err)
		}
		m.Nodes = append(m.Nodes, network.Node{Name: filepath.Base(home), ID: records[n].Validator.ID, RPC: rpc, Mesh: records[n].Address})
	}
	p := &network.Processes{Directory: root, Manifest: m, Binary: path}
	for _, node := range m.Nodes {
		if err := p.Start(node); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := p.Stop(context.Background(), node); err != nil {
				t.Error(err)
			}
		}()
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if status, err := p.AwaitReady(ctx, p.Manifest.Nodes, func(int, int) {}); err != nil {
		t.Fatalf("%v: %+v", err, status)
	}
}

func TestARecordThatSomebodyHasChangedIsRefused(t *testing.T) {
	registry := obicore.Registry()
	suite, err := registry.CryptoSuite("standard")
	if err != nil {
		t.Fatal(err)
	}
	good, err := network.NewMember(registry, filepath.Join(t.TempDir(), "home"), "standard", "node0", "A", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	if err := travel(t, good).Check(suite); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*network.Record){
		"address":      func(r *network.Record) { r.Address = "127.0.0.1:2" },
		"organisation": func(r *network.Record) { r.Validator.Organisation = "B" },
		"transport":    func(r *network.Record) { r.Validator.Transport[0] ^= 1 },
		"weight":       func(r *network.Record) { r.Validator.Weight++ },
		"suite":        func(r *network.Record) { r.CryptoSuite = "gm" },
		"export":       func(r *network.Record) { r.ExportProof[3] ^= 1 },
	} {
		r := travel(t, good)
		change(r)
		if err := r.Check(suite); !errors.Is(err, network.ErrRecord) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
