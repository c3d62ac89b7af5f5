package snapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Library is a folder of snapshots of one chain, each in a folder named by its height. It
// takes new ones, gives parts of them to who asks, and keeps the newest.
type Library struct {
	registry *kernel.Registry
	rules    *Rules
	folder   string
	keep     int

	mutex sync.Mutex
	held  []*volume // in ascending order of height
}

// volume is a snapshot of a library with where its parts lie.
type volume struct {
	*Snapshot
	mutex   sync.Mutex
	offsets [sectionCount][]uint64 // of the parts and the end; nil until somebody asks
}

// OpenLibrary opens a folder, which need not exist, and removes from it what is no whole
// snapshot of the chain.
func OpenLibrary(registry *kernel.Registry, rules *Rules, folder string, keep int) (*Library, error) {
	l := &Library{registry: registry, rules: rules, folder: folder, keep: max(1, keep)}
	heights, err := HeightsIn(folder)
	if err != nil {
		return nil, err
	}
	for _, height := range heights {
		err := l.add(height)
		if errors.Is(err, ErrFault) || errors.Is(err, ErrForeign) {
			err = os.RemoveAll(l.folderOf(height))
		}
		if err != nil {
			return nil, err
		}
	}
	return l, nil
}

func (l *Library) folderOf(height uint64) string { return FolderOf(l.folder, height) }

// add takes in a snapshot that is complete.
func (l *Library) add(height uint64) error {
	s, err := Open(l.registry, l.folderOf(height))
	if err != nil {
		return err
	}
	if err := s.Fits(l.rules.Identity); err != nil {
		return err
	}
	if s.Manifest.Height != height {
		return fmt.Errorf("%w: %s: its height is %d", ErrFault, s.folder, s.Manifest.Height)
	}
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.held = append(l.held, &volume{Snapshot: s})
	slices.SortFunc(l.held, func(a, b *volume) int { return cmp.Compare(a.Manifest.Height, b.Manifest.Height) })
	return nil
}

// Take takes a snapshot of a ledger at a height, and removes the oldest ones when it is
// complete. It goes on with the trail of the one before, so that who takes them regularly
// may drop old states and still lead from genesis. What a try that fails has written is removed.
func (l *Library) Take(ctx context.Context, source ledger.Ledger, height uint64) error {
	if _, err := createAfter(ctx, l.rules, source, height, l.folderOf(height), l.before(height)); err != nil {
		return errors.Join(err, os.RemoveAll(l.folderOf(height)))
	}
	if err := l.add(height); err != nil {
		return err
	}
	for _, old := range l.beyond() {
		// Without its manifest it is no snapshot, should the removal be cut short.
		if err := errors.Join(os.Remove(filepath.Join(old.folder, manifestFile)), os.RemoveAll(old.folder)); err != nil {
			return err
		}
	}
	return nil
}

// before returns the newest snapshot below a height, nil without any.
func (l *Library) before(height uint64) (s *Snapshot) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for _, v := range l.held {
		if v.Manifest.Height < height {
			s = v.Snapshot
		}
	}
	return s
}

// beyond takes the snapshots out that are not kept any more.
func (l *Library) beyond() []*volume {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	surplus := max(0, len(l.held)-l.keep)
	old := slices.Clone(l.held[:surplus])
	l.held = slices.Clone(l.held[surplus:])
	return old
}

// Newest returns the greatest height of which there is a snapshot, 0 without any.
func (l *Library) Newest() uint64 {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if len(l.held) == 0 {
		return 0
	}
	return l.held[len(l.held)-1].Manifest.Height
}

// Manifests returns those of all snapshots, in ascending order of height.
func (l *Library) Manifests() []*Manifest {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	list := make([]*Manifest, len(l.held))
	for i, v := range l.held {
		list[i] = v.Manifest
	}
	return list
}

// Read returns what stands at a place of the snapshot of a height, as the files have it:
// who gets it checks it. ErrHeight says that there is no such snapshot, or no more.
func (l *Library) Read(height uint64, p Place) ([]byte, error) {
	l.mutex.Lock()
	i := slices.IndexFunc(l.held, func(v *volume) bool { return v.Manifest.Height == height })
	var v *volume
	if i >= 0 {
		v = l.held[i]
	}
	l.mutex.Unlock()
	if v == nil || !v.Manifest.Has(p) {
		return nil, fmt.Errorf("%w: %d, %+v: it is not kept here", ErrHeight, height, p)
	}
	if p.Index {
		return v.reader(p.Section).block(int(p.Number))
	}
	return v.part(p)
}

func (v *volume) part(p Place) ([]byte, error) {
	offsets, err := v.find(p.Section)
	if err != nil {
		return nil, err
	}
	file, err := os.Open(filepath.Join(v.folder, sectionNames[p.Section]))
	if err != nil {
		return nil, err
	}
	from, to := offsets[p.Number], offsets[p.Number+1]
	part := make([]byte, to-from)
	_, err = file.ReadAt(part, int64(from))
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, err
	}
	return part, nil
}

// find returns where the parts of a section lie.
func (v *volume) find(section int) ([]uint64, error) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	if v.offsets[section] == nil {
		r := v.reader(section)
		index, err := r.wholeIndex()
		if err != nil {
			return nil, err
		}
		if v.offsets[section], err = r.layout(index); err != nil {
			return nil, err
		}
	}
	return v.offsets[section], nil
}
