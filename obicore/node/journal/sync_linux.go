package journal

import (
	"os"
	"syscall"
)

// syncData makes the content durable; the file's times may be lost.
func syncData(file *os.File) error {
	for {
		if err := syscall.Fdatasync(int(file.Fd())); err != syscall.EINTR {
			return err
		}
	}
}

func syncOpenFolder(folder *os.File) error { return folder.Sync() }
