package snapshot

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
)

// codeCheck compares code with the hashes in accounts, for commitments in which code
// has no leaf. Entries come in the order of keys: an account, then its code.
type codeCheck struct {
	hash  func(code []byte) chain.Hash
	owner chain.Address
	want  chain.Hash // of the owner's code that has not come yet, zero for none
}

func (c *codeCheck) check(entries []chain.Write) error {
	for i := range entries {
		if err := c.entry(&entries[i]); err != nil {
			return err
		}
	}
	return nil
}

func (c *codeCheck) entry(entry *chain.Write) error {
	if entry.Key.Owner != c.owner {
		if err := c.end(); err != nil {
			return err
		}
		c.owner = entry.Key.Owner
	}
	switch entry.Key.Space {
	case chain.SpaceAccount:
		account, err := chain.DecodeAccount(entry.Value)
		c.want = account.CodeHash
		return err
	case chain.SpaceCode:
		if hash := c.hash(entry.Value); c.want.IsZero() || hash != c.want {
			return fmt.Errorf("code of %s has hash %s, the account says %s", c.owner, hash, c.want)
		}
		c.want = chain.Hash{}
	}
	return nil
}

// end reports code that is missing.
func (c *codeCheck) end() error {
	if c.want.IsZero() {
		return nil
	}
	return fmt.Errorf("the code of %s is missing", c.owner)
}
