package chaos

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// ample is the size of a disk that is not full.
const ample = "8g"

// disk is a file system in memory whose size can be changed under who writes to it.
type disk struct{ folder string }

// mountDisk puts a disk at a new folder.
func mountDisk(folder string) (*disk, error) {
	if !isolated() {
		return nil, errors.New("it needs a mount namespace of its own")
	}
	if mounting != nil {
		return nil, fmt.Errorf("nothing may be mounted here: %w", mounting)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	if err := unix.Mount("tmpfs", folder, "tmpfs", 0, "size="+ample); err != nil {
		return nil, fmt.Errorf("mounting a disk: %w", err)
	}
	return &disk{folder: folder}, nil
}

// fill leaves room for not one page more.
func (d *disk) fill() error {
	var s unix.Statfs_t
	if err := unix.Statfs(d.folder, &s); err != nil {
		return err
	}
	used := (s.Blocks - s.Bfree) * uint64(s.Bsize) //nolint:gosec // the size of a page
	return d.resize(fmt.Sprint(used))
}

// empty makes it ample again.
func (d *disk) empty() error { return d.resize(ample) }

func (d *disk) resize(size string) error {
	err := unix.Mount("tmpfs", d.folder, "tmpfs", unix.MS_REMOUNT, "size="+size)
	if errors.Is(err, unix.EINVAL) {
		return nil // more was written since it was measured: the next attempt measures again
	}
	return err
}

func (d *disk) unmount() error { return unix.Unmount(d.folder, unix.MNT_DETACH) }
