package testbuild

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// clockFile, in a node's home, says by how much its time of day is off.
const clockFile = "clock.offset"

// reading is how old the last reading of the file may be.
const reading = 20 * time.Millisecond

// SetClock makes the time of day of the node with this home differ from the machine's.
func SetClock(home string, offset time.Duration) error {
	path := filepath.Join(home, clockFile)
	if err := os.WriteFile(path+".new", []byte(offset.String()), 0o600); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// WallClock returns the time of day at the node with this home.
func WallClock(home string) func() time.Time {
	w := &wallClock{path: filepath.Join(home, clockFile)}
	return w.now
}

type wallClock struct {
	path string

	mutex  sync.Mutex
	read   time.Time
	offset time.Duration
}

func (w *wallClock) now() time.Time {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	now := time.Now()
	if now.Sub(w.read) >= reading {
		w.read = now
		content, _ := os.ReadFile(w.path) // no file, no offset
		w.offset, _ = time.ParseDuration(strings.TrimSpace(string(content)))
	}
	return now.Add(w.offset)
}
