//go:build unix

package network

import (
	"fmt"
	"os"
)

func checkOwnerOnly(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("%s can be read by others (mode %o): chmod 600 it, and think of the key as known", path, mode)
	}
	return nil
}
