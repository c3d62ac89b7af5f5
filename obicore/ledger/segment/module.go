package segment

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/credibleledger/credibleledger/kernel/ledger"
)

// Name is the module's stable name.
const Name = "segment"

// DefaultSegmentSize is the size in bytes at which a segment file is closed.
const DefaultSegmentSize = 256 << 20

// memoryDirectory is where a ledger in memory lives inside its own file system.
const memoryDirectory = "ledger"

// Module opens segment ledgers.
type Module struct {
	fs          vfs.FS
	segmentSize int64
	random      io.Reader
	commitments map[string]ledger.NewCommitment
}

var _ ledger.Module = (*Module)(nil)

// Option configures a Module.
type Option func(*Module)

// WithCommitment offers a state commitment under the name that genesis gives it.
// A module without any opens no ledger.
func WithCommitment(name string, commitment ledger.NewCommitment) Option {
	return func(m *Module) { m.commitments[name] = commitment }
}

// WithFileSystem puts every file into fs, also those of a ledger in memory; tests
// and the simulator use it.
func WithFileSystem(fs vfs.FS) Option { return func(m *Module) { m.fs = fs } }

// WithSegmentSize sets the size in bytes at which a segment file is closed; one
// record larger than it still has its file. The default is DefaultSegmentSize.
func WithSegmentSize(bytes int64) Option {
	return func(m *Module) { m.segmentSize = min(max(bytes, fileHeaderSize), 1<<31) }
}

// WithRandom sets the source of the segments' salts; the default is crypto/rand.
// Salts reach no hash.
func WithRandom(random io.Reader) Option { return func(m *Module) { m.random = random } }

// New returns the module.
func New(options ...Option) *Module {
	m := &Module{segmentSize: DefaultSegmentSize, random: rand.Reader, commitments: make(map[string]ledger.NewCommitment)}
	for _, option := range options {
		option(m)
	}
	return m
}

// Name returns "segment".
func (m *Module) Name() string { return Name }

// Open opens or creates the ledger in options.Directory, or in memory when that is
// empty; then the result also is a [ledger.Rewinder].
func (m *Module) Open(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
	l, err := m.prepare(options)
	if err != nil {
		return nil, err
	}
	if err := l.open(ctx); err != nil {
		return nil, l.abandon(err)
	}
	if options.Directory == "" {
		return &memoryLedger{Ledger: l}, nil
	}
	l.startWarming()
	return l, nil
}

// prepare makes a ledger that is not open yet.
func (m *Module) prepare(options ledger.Options) (*Ledger, error) {
	commitment, known := m.commitments[options.Commitment]
	if !known {
		return nil, fmt.Errorf("%w: no state commitment %q in this binary, it has %q",
			ledger.ErrMismatch, options.Commitment, slices.Sorted(maps.Keys(m.commitments)))
	}
	memory := options.Directory == ""
	fs := m.fs
	switch {
	case fs == nil && memory:
		fs = vfs.NewMem()
	case fs == nil:
		fs = vfs.Default
	}
	if memory {
		options.Directory = memoryDirectory
	}
	if options.Logf == nil {
		options.Logf = func(string, ...any) {}
	}
	return newLedger(fs, options, commitment(options.Hasher), m.segmentSize, m.random), nil
}
