package network_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/node/configuration"
	"github.com/credibleledger/credibleledger/tools/network"
)

func TestEveryNodeOfANetworkIsConfiguredWithItsOrdering(t *testing.T) {
	settings := network.Settings{Name: "ordering", Nodes: 2, Consensus: "smartbft", Crypto: "standard", ChainID: 1, GasLimit: 30_000_000, Accounts: 1}
	for given, want := range map[string]node.Ordering{"": node.DefaultOrdering, "digest": node.Digest, "inline": node.Inline} {
		directory := filepath.Join(t.TempDir(), "network")
		settings.Ordering = given
		m, err := network.Create(obicore.Registry(), directory, settings)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range m.Nodes {
			file, err := os.ReadFile(filepath.Join(directory, n.Name, network.ConfigurationFile))
			if err != nil {
				t.Fatal(err)
			}
			parsed, err := configuration.Parse(file)
			if err != nil {
				t.Fatal(err)
			}
			if have := node.Ordering(parsed.Blocks.Ordering); have != want {
				t.Errorf("%q: %s orders %s", given, n.Name, have)
			}
		}
	}
	settings.Ordering = "both"
	if _, err := network.Create(obicore.Registry(), filepath.Join(t.TempDir(), "network"), settings); err == nil || !strings.Contains(err.Error(), "inline or digest") {
		t.Errorf("%v", err)
	}
}

func TestANetworkReliesOnCertificatesOnlyWhereItsValidatorsMayLie(t *testing.T) {
	settings := network.Settings{Name: "checks", Nodes: 4, Consensus: "smartbft", Crypto: "standard", ChainID: 1, GasLimit: 30_000_000, Accounts: 1, Checks: "certified"}
	create := func(change func(s *network.Settings)) (string, error) {
		changed, directory := settings, filepath.Join(t.TempDir(), "network")
		change(&changed)
		_, err := network.Create(obicore.Registry(), directory, changed)
		return directory, err
	}
	directory, err := create(func(*network.Settings) {})
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(filepath.Join(directory, "node1", network.ConfigurationFile))
	if err != nil {
		t.Fatal(err)
	}
	if parsed, err := configuration.Parse(file); err != nil || node.Checks(parsed.Blocks.Checks) != node.ChecksCertified {
		t.Errorf("%+v: %v", parsed.Blocks, err)
	}
	for want, change := range map[string]func(s *network.Settings){
		"needs four validators": func(s *network.Settings) { s.Nodes = 3 }, "raft is for CFT": func(s *network.Settings) { s.Consensus = "raft" },
		"want every or certified": func(s *network.Settings) { s.Checks = "some" },
	} {
		if _, err := create(change); !errors.Is(err, node.ErrChecks) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
}
