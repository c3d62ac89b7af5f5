package configuration

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/obicore/pool"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/statesync"
)

// Configuration is the content of a configuration file.
type Configuration struct {
	Data      Data      `toml:"data" comment:"Where things are; relative paths start at the file's folder."`
	RPC       RPC       `toml:"rpc" comment:"JSON-RPC over HTTP and WebSocket."`
	Network   Network   `toml:"network" comment:"The mesh to the other nodes of the chain; without an address to listen on the node stands alone."`
	Blocks    Blocks    `toml:"blocks" comment:"How this node makes blocks."`
	Pool      Pool      `toml:"pool" comment:"Limits of the transaction pool; they never decide whether a block is valid."`
	Sync      Sync      `toml:"sync" comment:"How a node without a ledger begins."`
	Snapshots Snapshots `toml:"snapshots" comment:"Snapshots that this node takes while it runs and gives to nodes that join."`
	Logging   Logging   `toml:"log" comment:"Structured logs on the error stream."`
}

// Data names the node's files.
type Data struct {
	Genesis      string `toml:"genesis" comment:"The chain's canonical genesis file."`
	Directory    string `toml:"directory" comment:"The ledger and the saved pool."`
	Key          string `toml:"validator_key" comment:"The validator's consensus key; readable by its owner only."`
	RetainState  uint64 `toml:"retain_state" comment:"Heights below the tip whose state can be read; 0 keeps all."`
	RetainBlocks uint64 `toml:"retain_blocks" comment:"Heights below the tip that keep transactions, receipts, logs and state; 0 keeps all."`
}

// RPC configures the port.
type RPC struct {
	Address          string   `toml:"address" comment:"HOST:PORT; keep 127.0.0.1 unless a firewall or proxy stands before it."`
	AllowedHosts     []string `toml:"allowed_hosts" comment:"Host names under which clients may come; against DNS rebinding."`
	AllowedOrigins   []string `toml:"allowed_origins" comment:"Web origins from which browsers may call."`
	MaxBody          int64    `toml:"max_body_bytes" comment:"Largest request in bytes."`
	MaxBatch         int      `toml:"max_batch" comment:"Most calls in one batch."`
	Traces           bool     `toml:"traces" comment:"Serve debug_trace*; tracing costs far more than a call."`
	AllowUnprotected bool     `toml:"allow_unprotected" comment:"Admit legacy transactions without a chain id, which can be replayed from other chains."`
}

// Network configures the mesh. The keys of a node with a network are in keys/
// beside the configuration file.
type Network struct {
	Listen  string   `toml:"listen" comment:"HOST:PORT for other nodes; empty for a node that stands alone."`
	Channel string   `toml:"channel" comment:"What protects the connections: tls13."`
	Cut     []string `toml:"cut" comment:"Names of peers that this node does not talk to: a partition made on purpose."`
	Peers   []Peer   `toml:"peers" comment:"The other nodes: of a validator the address counts, its transport identity is the chain's; others may follow the chain."`
}

// Peer is another node of the chain.
type Peer struct {
	Name      string     `toml:"name"`
	ID        chain.Hash `toml:"id"`
	Transport chain.Hash `toml:"transport"`
	Address   string     `toml:"address"`
}

// Blocks configures block making.
type Blocks struct {
	Interval  Duration `toml:"interval" comment:"Time between blocks; 0s makes a block on demand."`
	Heartbeat Duration `toml:"heartbeat" comment:"Longest time between blocks on a network, so that block time moves on; 0s for none."`
	Patience  Duration `toml:"patience" comment:"How long a validator waits for a leader before it asks for another; 0s takes the engine's own figure."`
	Skew      Duration `toml:"skew" comment:"How far ahead of this node's clock the time of a proposal may be."`
	Ordering  string   `toml:"ordering" comment:"How this validator proposes: inline sends header and body through the engine, digest the header alone; all nodes understand both."`
	Checks    string   `toml:"checks" comment:"Whose checks of signatures this validator relies on: every makes it check each, certified takes the signed statements of f+1 validators where f may be faulty; all nodes understand both."`
}

// Pool configures the transaction pool.
type Pool struct {
	Transactions int `toml:"transactions" comment:"Transactions in all."`
	Bytes        int `toml:"bytes" comment:"Bytes of transactions in all."`
	PerSender    int `toml:"per_sender" comment:"Transactions of one sender, and how far a nonce may be ahead."`
	Replacements int `toml:"replacements" comment:"Replacements of one transaction at zero price."`

	Queued          int      `toml:"queued" comment:"Places for transactions that wait for an earlier nonce; one takes a place for each 4096 bytes begun."`
	QueuedPerSender int      `toml:"queued_per_sender" comment:"Transactions of one sender that wait for an earlier nonce."`
	QueuedLife      Duration `toml:"queued_life" comment:"How long a transaction waits for an earlier nonce before it is dropped."`
}

// Sync configures how a node without a ledger begins.
type Sync struct {
	Snapshot    bool       `toml:"snapshot" comment:"Begin with a snapshot of the peers, proved from genesis, instead of with all blocks."`
	TrustHeight uint64     `toml:"trust_height" comment:"Height of a header that is trusted by its hash, where no trail leads from genesis; 0 for none."`
	TrustHash   chain.Hash `toml:"trust_hash" comment:"The hash of that header."`
}

// Snapshots configures what this node takes.
type Snapshots struct {
	Interval     uint64 `toml:"interval" comment:"Blocks between two snapshots, the same on all nodes; 0 takes none."`
	Transactions uint64 `toml:"transactions" comment:"Between them another is taken after so many transactions, the same on all nodes; 0 takes none."`
	Keep         int    `toml:"keep" comment:"Snapshots that are kept; the oldest goes when a new one is complete."`
}

// Logging configures logs.
type Logging struct {
	Level  string `toml:"level" comment:"debug, info, warn or error."`
	Format string `toml:"format" comment:"text or json."`
}

// Duration is a time.Duration that TOML spells as "1s".
type Duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Duration) UnmarshalText(text []byte) error {
	v, err := time.ParseDuration(string(text))
	*d = Duration(v)
	return err
}

// Default returns the configuration that a file starts from.
func Default() *Configuration {
	limits := pool.DefaultLimits()
	return &Configuration{
		Data: Data{Genesis: "genesis.json", Directory: ".", Key: "validator.key"},
		RPC: RPC{
			Address: "127.0.0.1:8545", AllowedHosts: []string{"localhost", "127.0.0.1", "[::1]"}, AllowedOrigins: []string{},
			MaxBody: 5 << 20, MaxBatch: 1000,
		},
		Network: Network{Channel: "tls13", Cut: []string{}, Peers: []Peer{}},
		Blocks:  Blocks{Heartbeat: Duration(10 * time.Second), Skew: Duration(5 * time.Second), Ordering: string(node.DefaultOrdering), Checks: string(node.ChecksEvery)},
		Pool: Pool{
			Transactions: limits.Transactions, Bytes: limits.Bytes, PerSender: limits.PerSender, Replacements: limits.Replacements,
			Queued: limits.Queued, QueuedPerSender: limits.QueuedPerSender, QueuedLife: Duration(limits.QueuedLife),
		},
		Snapshots: Snapshots{Keep: 2},
		Logging:   Logging{Level: "info", Format: "text"},
	}
}

// Limits returns the pool's limits.
func (p Pool) Limits() pool.Limits {
	return pool.Limits{
		Transactions: p.Transactions, Bytes: p.Bytes, PerSender: p.PerSender, Replacements: p.Replacements,
		Queued: p.Queued, QueuedPerSender: p.QueuedPerSender, QueuedLife: time.Duration(p.QueuedLife),
	}
}

// Checkpoint returns the header that is trusted by its hash, nil when none is.
func (s Sync) Checkpoint() *snapshot.Checkpoint {
	if s.TrustHeight == 0 {
		return nil
	}
	return &snapshot.Checkpoint{Height: s.TrustHeight, Hash: s.TrustHash}
}

// ErrValue reports a value that is out of its range.
var ErrValue = errors.New("configuration: value is out of range")

// Check reports all values that are out of range.
func (c *Configuration) Check() error {
	var faults []error
	fault := func(bad bool, format string, arguments ...any) {
		if bad {
			faults = append(faults, fmt.Errorf("%w: "+format, append([]any{ErrValue}, arguments...)...))
		}
	}
	_, _, err := net.SplitHostPort(c.RPC.Address)
	fault(err != nil, "rpc.address %q: want HOST:PORT", c.RPC.Address)
	fault(c.RPC.MaxBody < 1<<10 || c.RPC.MaxBody > 1<<30, "rpc.max_body_bytes %d: want 1024 to 2^30", c.RPC.MaxBody)
	fault(c.RPC.MaxBatch < 1 || c.RPC.MaxBatch > 100_000, "rpc.max_batch %d: want 1 to 100000", c.RPC.MaxBatch)
	interval := time.Duration(c.Blocks.Interval)
	fault(interval < 0 || interval > time.Hour || interval != 0 && interval < time.Millisecond, "blocks.interval %s: want 0s, or 1ms to 1h", interval)
	fault(c.Blocks.Heartbeat < 0 || c.Blocks.Patience < 0, "blocks.heartbeat and blocks.patience: want 0s or more")
	fault(time.Duration(c.Blocks.Skew) < time.Millisecond || time.Duration(c.Blocks.Skew) > time.Hour, "blocks.skew %s: want 1ms to 1h", time.Duration(c.Blocks.Skew))
	fault(node.Ordering(c.Blocks.Ordering).Check() != nil, "blocks.ordering %q: want inline or digest", c.Blocks.Ordering)
	fault(node.Checks(c.Blocks.Checks).Check() != nil, "blocks.checks %q: want every or certified", c.Blocks.Checks)
	if c.Network.Listen != "" {
		_, _, err := net.SplitHostPort(c.Network.Listen)
		fault(err != nil, "network.listen %q: want HOST:PORT", c.Network.Listen)
	}
	fault(len(c.Network.Peers) > chain.MaxValidators, "network.peers: %d, at most %d", len(c.Network.Peers), chain.MaxValidators)
	for i, peer := range c.Network.Peers {
		fault(peer.ID.IsZero(), "network.peers[%d]: it has no id", i)
	}
	fault(c.Pool.Transactions < 1 || c.Pool.Transactions > 10_000_000, "pool.transactions %d: want 1 to 10000000", c.Pool.Transactions)
	fault(c.Pool.Bytes < 1<<20 || c.Pool.Bytes > 1<<36, "pool.bytes %d: want 2^20 to 2^36", c.Pool.Bytes)
	fault(c.Pool.PerSender < 1 || c.Pool.PerSender > c.Pool.Transactions, "pool.per_sender %d: want 1 to pool.transactions", c.Pool.PerSender)
	fault(c.Pool.Replacements < 0 || c.Pool.Replacements > 1<<20, "pool.replacements %d: want 0 to 2^20", c.Pool.Replacements)
	fault(c.Pool.Queued < 0 || c.Pool.Queued > 10_000_000, "pool.queued %d: want 0 to 10000000", c.Pool.Queued)
	fault(c.Pool.QueuedPerSender < 0 || c.Pool.QueuedPerSender > 10_000_000, "pool.queued_per_sender %d: want 0 to 10000000", c.Pool.QueuedPerSender)
	life := time.Duration(c.Pool.QueuedLife)
	fault(life < time.Second || life > 365*24*time.Hour, "pool.queued_life %s: want 1s to 8760h", life)
	fault((c.Sync.TrustHeight == 0) != c.Sync.TrustHash.IsZero(), "sync.trust_height and sync.trust_hash belong together: give both, or none")
	fault(c.Sync.Snapshot && c.Network.Listen == "", "sync.snapshot: a node that stands alone has no peers to join by: set network.listen, or unset it")
	fault(c.Snapshots.Interval > 1<<32, "snapshots.interval %d: want 0 to 2^32", c.Snapshots.Interval)
	fault(c.Snapshots.Keep < 1 || c.Snapshots.Keep > statesync.MaxOffers, "snapshots.keep %d: want 1 to %d", c.Snapshots.Keep, statesync.MaxOffers)
	fault(!slices.Contains([]string{"debug", "info", "warn", "error"}, c.Logging.Level), "log.level %q: want debug, info, warn or error", c.Logging.Level)
	fault(!slices.Contains([]string{"text", "json"}, c.Logging.Format), "log.format %q: want text or json", c.Logging.Format)
	fault(c.Data.Genesis == "" || c.Data.Directory == "" || c.Data.Key == "", "data: genesis, directory and validator_key must be named")
	return errors.Join(faults...)
}
