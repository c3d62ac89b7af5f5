package tracer_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api/debug/tracer"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// fixture is one of go-ethereum's tracer cases: a state, a transaction and the
// trace that its own tracer gives.
type fixture struct {
	Genesis struct {
		Alloc  map[string]fixtureAccount `json:"alloc"`
		Config struct {
			ChainID  uint64  `json:"chainId"`
			London   *uint64 `json:"londonBlock"`
			Cancun   *uint64 `json:"cancunTime"`
			Prague   *uint64 `json:"pragueTime"`
			Shanghai *uint64 `json:"shanghaiTime"`
		} `json:"config"`
	} `json:"genesis"`
	Context struct {
		Number   number           `json:"number"`
		Time     number           `json:"timestamp"`
		GasLimit number           `json:"gasLimit"`
		Miner    quantity.Address `json:"miner"`
		BaseFee  number           `json:"baseFeePerGas"`
	} `json:"context"`
	Input        string          `json:"input"`
	TracerConfig json.RawMessage `json:"tracerConfig"`
	Result       json.RawMessage `json:"result"`
}

type fixtureAccount struct {
	Balance string                          `json:"balance"`
	Nonce   number                          `json:"nonce"`
	Code    string                          `json:"code"`
	Storage map[quantity.Hash]quantity.Hash `json:"storage"`
}

// number is an integer that fixtures spell in several ways.
type number uint64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(input []byte) error {
	v, err := strconv.ParseUint(strings.Trim(string(input), `"`), 0, 64)
	*n = number(v)
	return err
}

// world is flat state in memory.
type world map[chain.StateKey][]byte

func (w world) Get(key chain.StateKey) ([]byte, error) { return w[key], nil }

func (w world) Scan(owner chain.Address, space chain.Space, from string, f func(string, []byte) bool) error {
	var subkeys []string
	for key := range w {
		if key.Owner == owner && key.Space == space && key.Subkey >= from {
			subkeys = append(subkeys, key.Subkey)
		}
	}
	slices.Sort(subkeys)
	for _, subkey := range subkeys {
		if !f(subkey, w[chain.StateKey{Owner: owner, Space: space, Subkey: subkey}]) {
			break
		}
	}
	return nil
}

func (f *fixture) world(t *testing.T, codeHash func([]byte) chain.Hash) world {
	t.Helper()
	w := make(world)
	for text, given := range f.Genesis.Alloc {
		var owner quantity.Address
		if err := owner.UnmarshalText([]byte("0x" + strings.TrimPrefix(text, "0x"))); err != nil {
			t.Fatal(err)
		}
		leaf := chain.Account{Nonce: uint64(given.Nonce), Balance: wordOf(t, given.Balance)}
		if code := bytesOf(t, given.Code); len(code) > 0 {
			leaf.CodeHash = codeHash(code)
			w[chain.CodeKey(owner.Value())] = code
		}
		w[chain.AccountKey(owner.Value())] = leaf.Encode()
		for slot, value := range given.Storage {
			stored := chain.Word(value)
			first := 0
			for first < len(stored) && stored[first] == 0 {
				first++
			}
			if first < len(stored) {
				w[chain.StorageKey(owner.Value(), chain.Word(slot))] = stored[first:]
			}
		}
	}
	return w
}

func wordOf(t *testing.T, text string) chain.Word {
	t.Helper()
	var w quantity.Word
	digits := strings.TrimLeft(strings.TrimPrefix(text, "0x"), "0")
	if digits == "" {
		return chain.Word{}
	}
	if err := w.UnmarshalText([]byte("0x" + digits)); err != nil {
		t.Fatal(err)
	}
	return w.Value()
}

func bytesOf(t *testing.T, text string) []byte {
	t.Helper()
	var b quantity.Bytes
	if err := b.UnmarshalText([]byte("0x" + strings.TrimPrefix(text, "0x"))); err != nil {
		t.Fatal(err)
	}
	return b
}

// The rules versions of the tests.
const (
	cancun = 2
	prague = 3
)

func newExecutor(t *testing.T) *execution.Executor {
	t.Helper()
	x, err := execution.New(
		[]contract.VM{evm.New(evm.WithFork(cancun, evm.Cancun), evm.WithFork(prague, evm.Prague))},
		execution.RulesTable{
			cancun: {Version: cancun, InitcodeMax: 49_152},
			prague: {Version: prague, InitcodeMax: 49_152, Floor: true, Delegation: true},
		})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// run traces the fixture's transaction with the named tracer.
func (f *fixture) run(t *testing.T, name string) (any, error) {
	t.Helper()
	x := newExecutor(t)
	block := f.block()
	families, err := obicore.Families(nil, chain.Hash{}, 0)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := families[0].Decode(bytesOf(t, f.Input))
	if err != nil {
		return nil, err
	}
	verified, err := families[0].Verify(decoded)
	if err != nil {
		return nil, err
	}
	made, err := tracer.New(name, f.TracerConfig, tracer.StepOptions{}, tracer.NewBudget(1<<26, func(err error) { t.Error(err) }))
	if err != nil {
		return nil, err
	}
	ground := state.New(f.world(t, x.CodeHash))
	message := execution.Message{Verified: verified}
	made.Begin(tracer.Scene{World: ground, Block: &block, Message: &message, Precompiles: x.Precompiles(block.Rules)})
	rules, err := x.Rules(block.Rules)
	if err != nil {
		t.Fatal(err)
	}
	run, err := x.Apply(t.Context(), rules, &block, ground, message, block.GasLimit, tracer.Clean(made))
	if err != nil {
		return nil, err
	}
	made.End(run)
	return made.Result(), nil
}

func (f *fixture) block() execution.Block {
	version := uint64(cancun)
	if f.Genesis.Config.Prague != nil {
		version = prague
	}
	return execution.Block{
		Block: contract.Block{
			ChainID: f.Genesis.Config.ChainID, Height: uint64(f.Context.Number), Time: 1000 * uint64(f.Context.Time),
			Coinbase: f.Context.Miner.Value(), GasLimit: uint64(f.Context.GasLimit), BaseFee: chain.WordFromUint64(uint64(f.Context.BaseFee)),
			BlobFee: chain.WordFromUint64(1), Limits: chain.DefaultLimits(),
		},
		Rules: version, FeeAccount: f.Context.Miner.Value(), BurnBase: true,
	}
}

// sources returns where the pinned go-ethereum lies, which the oracle module alone
// requires; without a network and a copy in the module cache it skips the test.
func sources(t *testing.T) string {
	t.Helper()
	command := exec.Command("go", "mod", "download", "-json", "github.com/ethereum/go-ethereum")
	command.Dir, command.Stderr = filepath.Join("..", "..", "..", "..", "oracle"), os.Stderr
	output, failure := command.Output()
	var module struct{ Dir, Error string }
	if err := json.Unmarshal(output, &module); err != nil {
		t.Fatalf("%s: %v", command, failure)
	}
	if module.Error != "" {
		t.Skipf("go-ethereum's sources are not to be had: %s", module.Error)
	}
	return module.Dir
}

// fixtures calls f for every case of a folder of go-ethereum's tracer tests.
func fixtures(t *testing.T, folder string, f func(name string, c *fixture)) {
	t.Helper()
	path := filepath.Join(sources(t), "eth", "tracers", "internal", "tracetest", "testdata", folder)
	files, err := filepath.Glob(filepath.Join(path, "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures in %s", path)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c := &fixture{}
		if err := json.Unmarshal(content, c); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		f(strings.TrimSuffix(filepath.Base(file), ".json"), c)
	}
}
