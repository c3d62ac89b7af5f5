package sim

import (
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
)

// Claim returns a transaction as one that an account has sent, whoever has signed it.
func (c *Cluster) Claim(raw []byte, sender chain.Address) chain.Verified {
	c.t.Helper()
	identity, err := c.genesis.Identity(c.suite)
	if err != nil {
		c.t.Fatal(err)
	}
	list, err := c.registry.Families(c.suite, identity, chainID)
	if err != nil {
		c.t.Fatal(err)
	}
	families, err := chain.NewFamilies(list...)
	if err != nil {
		c.t.Fatal(err)
	}
	t, err := families.Decode(raw)
	if err != nil {
		c.t.Fatal(err)
	}
	return chain.Verified{Transaction: t, Sender: sender, Payer: sender}
}

// State is a statement about a batch in the first validator set of the cluster.
func (c *Cluster) State(batch []chain.Verified) dissemination.Statement {
	c.t.Helper()
	set, err := c.genesis.ValidatorSet()
	if err != nil {
		c.t.Fatal(err)
	}
	return dissemination.Statement{Set: set.Hash(c.suite), Root: dissemination.CheckedRoot(c.suite, batch), Count: uint64(len(batch))}
}

// SignStatement signs a statement with the node's key, whatever is true of it.
func (n *Node) SignStatement(s dissemination.Statement) []byte {
	n.cluster.t.Helper()
	identity, err := n.cluster.genesis.Identity(n.cluster.suite)
	if err != nil {
		n.cluster.t.Fatal(err)
	}
	signature, err := n.consensus.Sign(s.Digest(n.cluster.suite, identity))
	if err != nil {
		n.cluster.t.Fatal(err)
	}
	return signature
}
