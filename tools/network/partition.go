package network

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/credibleledger/credibleledger/obicore/node/configuration"
)

// Partition cuts a local network into groups that do not talk to each other; nodes
// that no group names stay together as one more. Without groups everything is
// healed. Running nodes learn of it at once.
func (p *Processes) Partition(groups [][]string) error {
	side := make(map[string]int)
	for i, group := range groups {
		for _, name := range group {
			if _, err := p.Manifest.Find(name); err != nil {
				return err
			}
			if _, twice := side[name]; twice {
				return fmt.Errorf("%s stands in two groups", name)
			}
			side[name] = i + 1
		}
	}
	for _, node := range p.Manifest.Nodes {
		cut := []string{}
		for _, other := range p.Manifest.Nodes {
			if side[node.Name] != side[other.Name] {
				cut = append(cut, other.Name)
			}
		}
		if err := p.change(node, func(c *configuration.Configuration) { c.Network.Cut = cut }); err != nil {
			return err
		}
	}
	return nil
}

// change rewrites the configuration of a node and tells it, if it runs. A node whose
// home is lost has nothing to change.
func (p *Processes) change(node Node, f func(*configuration.Configuration)) error {
	settings, err := p.configuration(node)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s: %w", node.Name, err)
	}
	f(settings)
	file, err := settings.Encode()
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(p.Home(node), ConfigurationFile), []byte(strings.TrimRight(string(file), "\n"))); err != nil {
		return err
	}
	if pid := p.Running(node); pid != 0 {
		return reload(pid)
	}
	return nil
}

// Groups reads groups as a command line spells them: node0,node1 node2.
func Groups(arguments []string) (groups [][]string) {
	for _, argument := range arguments {
		groups = append(groups, slices.DeleteFunc(strings.Split(argument, ","), func(name string) bool { return name == "" }))
	}
	return groups
}

// Redirect makes a node dial others at other addresses, by their names: where
// something stands between them.
func (p *Processes) Redirect(node Node, addresses map[string]string) error {
	return p.change(node, func(c *configuration.Configuration) {
		for i := range c.Network.Peers {
			if address, ok := addresses[c.Network.Peers[i].Name]; ok {
				c.Network.Peers[i].Address = address
			}
		}
	})
}
