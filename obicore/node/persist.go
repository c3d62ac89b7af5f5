package node

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
)

// poolFile keeps the pool over a clean restart. It is not truth: a missing,
// stale or broken file costs the transactions in it and nothing else.
const poolFile = "pool.rlp"

// maxPoolFile bounds what is read back, in bytes.
const maxPoolFile = 1 << 30

func (c *Chain) savePool() error {
	if c.options.Directory == "" || c.pool == nil {
		return nil
	}
	var payload []byte
	for _, t := range c.pool.Export() {
		payload = rlp.AppendBytes(payload, t.Raw)
	}
	path := filepath.Join(c.options.Directory, poolFile)
	if err := os.WriteFile(path+".new", rlp.AppendList(nil, payload), 0o600); err != nil {
		return fmt.Errorf("saving the pool: %w", err)
	}
	return os.Rename(path+".new", path)
}

func (c *Chain) restorePool() {
	if c.options.Directory == "" {
		return
	}
	restored, refused, err := c.readPool(filepath.Join(c.options.Directory, poolFile))
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		c.log.Warn("the saved pool could not be read whole", "restored", restored, "reason", err)
	case restored+refused > 0:
		c.log.Info("pool restored", "restored", restored, "refused", refused)
	}
}

func (c *Chain) readPool(path string) (restored, refused int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	if info.Size() > maxPoolFile {
		return 0, 0, fmt.Errorf("%d bytes, at most %d are read", info.Size(), maxPoolFile)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return 0, 0, err
	}
	list, err := rlp.NewReader(file).List()
	for err == nil && list.More() {
		var raws [][]byte
		for err == nil && list.More() && len(raws) < checkedTogether {
			var raw []byte
			if raw, err = list.Bytes(); err == nil {
				raws = append(raws, bytes.Clone(raw))
			}
		}
		_, refusals := c.submitAll(raws)
		for _, refusal := range refusals {
			if refusal != nil {
				refused++
			} else {
				restored++
			}
		}
	}
	return restored, refused, err
}
