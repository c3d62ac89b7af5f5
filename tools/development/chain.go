package development

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/credibleledger/credibleledger/kernel"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/obicore/api/cl"
	"github.com/credibleledger/credibleledger/obicore/api/debug"
	steering "github.com/credibleledger/credibleledger/obicore/api/development"
	"github.com/credibleledger/credibleledger/obicore/api/eth"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Options describe a development chain to run.
type Options struct {
	Registry   *kernel.Registry
	Rules      execution.RulesTable // the platform's when nil
	Name       string               // of the chain; "dev" when empty
	Crypto     string               // name of the suite; "standard" when empty
	Commitment string               // to the state; the binary tree when empty
	Directory  string               // empty: memory only
	Accounts   int
	BlockTime  time.Duration // 0: a block on demand
	Version    string        // shown by web3_clientVersion
	Log        *slog.Logger
}

// Chain is a running development chain with what a client needs to know of it.
type Chain struct {
	*node.Chain
	Accounts []Account
	services *services
}

// Open opens and starts a development chain.
func Open(ctx context.Context, options Options) (*Chain, error) {
	if options.Crypto == "" {
		options.Crypto = "standard"
	}
	if options.Name == "" {
		options.Name = "dev"
	}
	if options.Commitment == "" {
		options.Commitment = obicore.BinaryTree
	}
	if _, err := options.Registry.Commitment(options.Commitment); err != nil {
		return nil, err
	}
	suite, err := options.Registry.CryptoSuite(options.Crypto)
	if err != nil {
		return nil, err
	}
	accounts, err := Accounts(suite, options.Accounts)
	if err != nil {
		return nil, err
	}
	genesis, validator, err := identity(suite, options, accounts)
	if err != nil {
		return nil, err
	}
	settings := node.Options{
		Genesis: genesis, Directory: options.Directory, Self: Self(suite, validator), Keys: node.Keys{Signer: validator}, Rules: options.Rules,
		Interval: uint64(options.BlockTime.Milliseconds()), AllowUnprotected: true, Log: options.Log,
	}
	registry := options.Registry
	if options.Directory == "" {
		registry, settings.Development = editable(registry, suite)
	}
	running, err := node.Open(ctx, registry, settings)
	if err != nil {
		return nil, err
	}
	if err := running.Start(ctx); err != nil {
		return nil, errors.Join(err, running.Close(ctx))
	}
	return &Chain{Chain: running, Accounts: accounts, services: newServices(running, accounts, options.Version)}, nil
}

// Mount serves the chain on a server.
func (c *Chain) Mount(server *api.Server) error {
	registry := jsonrpc.NewRegistry()
	if err := c.services.register(registry); err != nil {
		return err
	}
	return server.Mount(c.Chain, registry, c.services.close)
}

// services are the namespaces of a development chain.
type services struct {
	eth         *eth.Service
	cl          *cl.Service
	debug       *debug.Service
	development *steering.Service
}

func newServices(c *node.Chain, accounts []Account, version string) *services {
	settings := eth.Settings{Version: version, Unlocked: make(map[chain.Address]crypto.Signer)}
	for _, account := range accounts {
		settings.Unlocked[account.Address] = account.Signer
		settings.Accounts = append(settings.Accounts, account.Address)
	}
	development := steering.New(c)
	settings.Impersonated = development.Impersonated
	settings.Unsigned = unsigned
	ethereum := eth.New(c, settings)
	return &services{
		eth: ethereum, cl: cl.New(c), debug: debug.New(c, ethereum, debug.DefaultLimits()), development: development,
	}
}

func (s *services) register(registry *jsonrpc.Registry) error {
	return errors.Join(s.eth.Register(registry), s.cl.Register(registry), s.debug.Register(registry), s.development.Register(registry))
}

func (s *services) close() {
	s.development.Close()
	s.eth.Close()
}

// Files of a development chain's directory.
const (
	genesisFile   = "genesis.json"
	validatorFile = "validator.key"
)

// identity returns genesis and validator key: new ones, or those of the
// directory when it has been used before.
func identity(suite crypto.Suite, options Options, accounts []Account) (*chain.Genesis, crypto.Signer, error) {
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		return nil, nil, err
	}
	if options.Directory == "" {
		validator, err := scheme.Generate(rand.Reader)
		if err != nil {
			return nil, nil, err
		}
		return newGenesis(suite, validator, options, accounts), validator, nil
	}
	file, err := os.ReadFile(filepath.Join(options.Directory, genesisFile))
	if errors.Is(err, os.ErrNotExist) {
		return create(suite, scheme, options, accounts)
	}
	if err != nil {
		return nil, nil, err
	}
	genesis, err := chain.ParseGenesis(file)
	if err != nil {
		return nil, nil, err
	}
	if genesis.Crypto != options.Crypto {
		return nil, nil, fmt.Errorf("%s holds a chain with %s crypto: start it with --crypto %s, or choose another directory",
			options.Directory, genesis.Crypto, genesis.Crypto)
	}
	if genesis.Commitment != options.Commitment {
		return nil, nil, fmt.Errorf("%s holds a chain with the state commitment %s: start it with --commitment %s, or choose another directory",
			options.Directory, genesis.Commitment, genesis.Commitment)
	}
	validator, err := ReadKey(suite, filepath.Join(options.Directory, validatorFile))
	return genesis, validator, err
}

func newGenesis(suite crypto.Suite, validator crypto.Signer, options Options, accounts []Account) *chain.Genesis {
	return Genesis(suite, validator, Settings{
		Name: options.Name, Commitment: options.Commitment, Accounts: accounts, Time: uint64(time.Now().UnixMilli()),
	})
}

// create makes the identity of a new directory. The genesis file comes last: a
// directory without it is not in use yet.
func create(suite crypto.Suite, scheme crypto.Scheme, options Options, accounts []Account) (*chain.Genesis, crypto.Signer, error) {
	validator, err := scheme.Generate(rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	genesis := newGenesis(suite, validator, options, accounts)
	file, err := genesis.Canonical()
	if err != nil {
		return nil, nil, err
	}
	secret, err := validator.Export()
	if err != nil {
		return nil, nil, err
	}
	if err := os.MkdirAll(options.Directory, 0o700); err != nil {
		return nil, nil, err
	}
	if err := writeFile(filepath.Join(options.Directory, validatorFile), []byte(hex.EncodeToString(secret)+"\n")); err != nil {
		return nil, nil, err
	}
	return genesis, validator, writeFile(filepath.Join(options.Directory, genesisFile), file)
}

// writeFile writes a file that is durable and whole once it has its name.
func writeFile(path string, content []byte) error {
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// ReadKey reads the file of a validator's consensus key: the secret of the
// suite's default scheme in hexadecimal.
func ReadKey(suite crypto.Suite, path string) (crypto.Signer, error) {
	scheme, err := suite.Scheme(suite.Default())
	if err != nil {
		return nil, err
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(file)))
	if err != nil {
		return nil, fmt.Errorf("%s is not a key file: %w", path, crypto.ErrSecret)
	}
	return scheme.Import(secret)
}

// Listen opens a loopback port; the address must name a host, because a port that
// the whole network reaches has to be asked for.
func Listen(address string) (net.Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("address %q is not HOST:PORT", address)
	}
	if host == "" {
		return nil, fmt.Errorf("address %q names no host: use 127.0.0.1, or 0.0.0.0 if the whole network is to reach it", address)
	}
	return net.Listen("tcp", address)
}
