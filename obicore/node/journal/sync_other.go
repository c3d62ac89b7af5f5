//go:build !linux

package journal

import (
	"os"
	"runtime"
)

// syncData makes the content durable.
func syncData(file *os.File) error { return file.Sync() }

// syncOpenFolder makes new names durable; Windows has no such call and needs none.
func syncOpenFolder(folder *os.File) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return folder.Sync()
}
