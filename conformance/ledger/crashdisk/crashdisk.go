// Package crashdisk is a disk that can lose power, for ledgers that keep their files
// in Pebble's file system interface.
//
// It is not a fault injector: reads and writes never fail. A power cut keeps what was
// synced and a random share, in blocks of 4 KiB and single directory entries, of what
// was not.
package crashdisk

import (
	"context"
	"math/rand/v2"
	"sync"

	"github.com/cockroachdb/pebble/v2/vfs"

	conformance "github.com/credibleledger/credibleledger/conformance/ledger"
	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// New returns an empty disk. module makes the ledger module over a file system; seed
// chooses what power cuts keep.
func New(module func(fs vfs.FS) ledger.Module, seed uint64) conformance.Disk {
	return over(module, vfs.NewCrashableMem(), rand.New(rand.NewPCG(seed, 0)))
}

type disk struct {
	module func(fs vfs.FS) ledger.Module
	memory *vfs.MemFS
	watch  *watch
}

func over(module func(fs vfs.FS) ledger.Module, memory *vfs.MemFS, random *rand.Rand) *disk {
	return &disk{module: module, memory: memory, watch: &watch{random: random}}
}

// Open opens the ledger on the disk.
func (d *disk) Open(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
	return d.module(watched{FS: d.memory, disk: d}).Open(ctx, options)
}

// Watch calls moment ahead of every sync; it must be called before Open.
func (d *disk) Watch(moment func(lost func(share int) conformance.Disk)) { d.watch.moment = moment }

// watch is who is told of syncs.
type watch struct {
	moment func(lost func(share int) conformance.Disk)
	lock   sync.Mutex // guards random
	random *rand.Rand
}

func (d *disk) ahead() {
	if d.watch.moment != nil {
		d.watch.moment(d.lost)
	}
}

// lost returns the disk after a power cut.
func (d *disk) lost(share int) conformance.Disk {
	d.watch.lock.Lock()
	defer d.watch.lock.Unlock()
	left := d.memory.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: share, RNG: d.watch.random})
	return over(d.module, left, rand.New(rand.NewPCG(d.watch.random.Uint64(), 0)))
}

// watched tells the disk of every sync.
type watched struct {
	vfs.FS
	disk *disk
}

func (w watched) wrap(f vfs.File, err error) (vfs.File, error) {
	if err != nil {
		return nil, err
	}
	return &file{File: f, disk: w.disk}, nil
}

func (w watched) Create(name string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return w.wrap(w.FS.Create(name, category))
}

func (w watched) OpenReadWrite(name string, category vfs.DiskWriteCategory, options ...vfs.OpenOption) (vfs.File, error) {
	return w.wrap(w.FS.OpenReadWrite(name, category, options...))
}

func (w watched) ReuseForWrite(from, to string, category vfs.DiskWriteCategory) (vfs.File, error) {
	return w.wrap(w.FS.ReuseForWrite(from, to, category))
}

func (w watched) OpenDir(name string) (vfs.File, error) { return w.wrap(w.FS.OpenDir(name)) }

func (w watched) Unwrap() vfs.FS { return w.FS }

type file struct {
	vfs.File
	disk *disk
}

func (f *file) Sync() error {
	f.disk.ahead()
	return f.File.Sync()
}

func (f *file) SyncData() error {
	f.disk.ahead()
	return f.File.SyncData()
}
