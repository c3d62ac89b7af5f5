package segment

import (
	"errors"
	"strings"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// manifestOrder makes the name of a new Pebble manifest durable before anything can
// point to it. Pebble creates the manifest and the marker that names it, and then
// syncs their directory once; where a file system may keep the second name and lose
// the first, the database could not be opened after a power cut.
type manifestOrder struct{ vfs.FS }

func (m manifestOrder) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	file, err := m.FS.Create(name, category)
	if err != nil || !strings.HasPrefix(m.PathBase(name), "MANIFEST-") {
		return file, err
	}
	if err := syncDirectory(m.FS, m.PathDir(name)); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

// Unwrap returns the wrapped file system.
func (m manifestOrder) Unwrap() vfs.FS { return m.FS }
