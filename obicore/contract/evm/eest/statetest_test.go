package eest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/credibleledger/credibleledger/internal/testdata"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/contract/evm"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/secp256k1"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// sample is the share of cases that run with -short: one in this many, chosen by
// name, so that every run takes the same ones.
const sample = 12

// forkNames lists the forks that are run, with the rules version of each.
// Version 1 is the production rules; the older tables exist here only.
var forkNames = map[string]uint64{"Osaka": 1, "Prague": 101, "Cancun": 102}

// brokenFixtures are files without a usable content.
var brokenFixtures = []string{"underflowTest.json"}

func newExecutor(t testing.TB) *execution.Executor {
	table := execution.DefaultRules()
	osaka := table[1]
	prague := osaka
	prague.Version, prague.GasCap, prague.BlobsPerTx = 101, 0, 9
	cancun := prague
	cancun.Version, cancun.Floor, cancun.Delegation, cancun.History, cancun.BlobsPerTx = 102, false, false, false, 6
	table[101], table[102] = prague, cancun
	machine := evm.New(evm.WithFork(1, evm.Osaka), evm.WithFork(101, evm.Prague), evm.WithFork(102, evm.Cancun))
	x, err := execution.New([]contract.VM{machine}, table)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

type recoverer struct{ scheme *secp256k1.Scheme }

func (r recoverer) Recover(digest chain.Hash, signature [65]byte) (chain.PublicKey, error) {
	return r.scheme.Recover(digest, signature[:])
}
func (r recoverer) Address(key chain.PublicKey) (chain.Address, error) { return secp256k1.Address(key) }

// TestStateTestsGiveTheExpectedStateLogsAndExceptions runs the execution
// specification's state tests of the last three forks.
func TestStateTestsGiveTheExpectedStateLogsAndExceptions(t *testing.T) {
	full := !testing.Short()
	x := newExecutor(t)
	family := ethereum.NewFamily(keccak.Keccak256, recoverer{secp256k1.New()})

	var mutex sync.Mutex
	counts := map[string]int{}
	count := func(what string) {
		mutex.Lock()
		defer mutex.Unlock()
		counts[what]++
	}
	work := make(chan testdata.File, 4)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for file := range work {
				runFile(t, x, family, file, full, count)
			}
		}()
	}
	match := func(name string) bool { return strings.HasSuffix(name, ".json") }
	testdata.Each(t, "eest-state-v5.4.0.tar.gz", match, func(name string, data []byte) {
		if slices.Contains(brokenFixtures, path.Base(name)) {
			count("skipped: broken fixture")
			return
		}
		work <- testdata.File{Name: name, Data: data}
	})
	close(work)
	workers.Wait()

	total := counts["passed"] + counts["failed"]
	t.Logf("cases: %d run, %d passed, %v", total, counts["passed"], counts)
	if least := map[bool]int{true: 29_300, false: 29_300 / sample * 9 / 10}[full]; total < least {
		t.Errorf("only %d cases ran, expected at least %d", total, least)
	}
}

func runFile(t *testing.T, x *execution.Executor, family chain.Family, file testdata.File, full bool, count func(string)) {
	var fixtures map[string]*fixture
	if err := json.Unmarshal(file.Data, &fixtures); err != nil {
		t.Errorf("%s: %v", file.Name, err)
		return
	}
	for name, f := range fixtures {
		for fork, list := range f.Post {
			version, wanted := forkNames[fork]
			if !wanted {
				continue
			}
			for i := range list {
				id := file.Name + "/" + name + "/" + fork + "/" + strconv.Itoa(i)
				switch {
				case !full && digest(id)%sample != 0:
					count("left for the full run")
				default:
					if err := runCase(x, family, f, fork, version, &list[i]); err != nil {
						t.Errorf("%s: %v", id, err)
						count("failed")
					} else {
						count("passed")
					}
				}
			}
		}
	}
}

func digest(s string) uint32 {
	h := fnv.New32a()
	h.Write([]byte(s))
	return h.Sum32()
}

func runCase(x *execution.Executor, family chain.Family, f *fixture, fork string, version uint64, want *expected) error {
	state := f.world()
	results, err := execute(x, family, f, fork, version, state, want)
	var logs []chain.Log
	switch {
	case want.Exception != "" && err == nil:
		return fmt.Errorf("no exception, want %s", want.Exception)
	case want.Exception != "":
		if !matches(want.Exception, err) {
			return fmt.Errorf("exception %w, want %s", err, want.Exception)
		}
	case err != nil:
		return err
	default:
		state.apply(results.Writes())
		logs = results.Transactions[0].Receipt.Logs
	}
	root, err := state.root()
	if err != nil {
		return err
	}
	if root != chain.Hash(want.Hash) {
		return fmt.Errorf("state root %s, want 0x%x", root, []byte(want.Hash))
	}
	if have := logsHash(logs); have != chain.Hash(want.Logs) {
		return fmt.Errorf("logs hash %s, want 0x%x", have, []byte(want.Logs))
	}
	return nil
}

// execute decodes, verifies and runs the case's envelope as a block of one.
func execute(x *execution.Executor, family chain.Family, f *fixture, fork string, version uint64, state world, want *expected) (*chain.Results, error) {
	decoded, err := family.Decode(want.Envelope)
	if err != nil {
		return nil, err
	}
	verified, err := family.Verify(decoded)
	if err != nil {
		return nil, err
	}
	block := f.block(fork, version)
	block.Admit = func(chain.Verified) error { return nil }
	results, err := x.Run(context.Background(), block, state, []chain.Verified{verified})
	if err != nil {
		return nil, err
	}
	if results.Transactions[0].Receipt.Void() {
		return nil, whyVoid(x, block, version, state, verified)
	}
	return results, nil
}

func (f *fixture) block(fork string, version uint64) execution.Block {
	env := &f.Env
	coinbase := chain.Address(env.Coinbase)
	random := chain.Hash{}
	copy(random[chain.HashSize-len(env.Random):], env.Random)
	limits := chain.DefaultLimits()
	limits.TransactionGas = 0 // the fork's own cap, if it has one
	return execution.Block{
		Block: contract.Block{
			ChainID: max(1, f.Config.ChainID.Uint64()), Height: env.Number.Uint64(), Time: env.Timestamp.Uint64() * 1000,
			Coinbase: coinbase, GasLimit: env.GasLimit.Uint64(), BaseFee: env.BaseFee.word(), BlobFee: f.blobFee(fork),
			Randomness: random, Limits: limits,
			Ancestor: func(height uint64) chain.Hash {
				return keccak.Keccak256([]byte(strconv.FormatUint(height, 10)))
			},
		},
		Rules: version, FeeAccount: coinbase, BurnBase: true,
	}
}

// exceptions maps the specification's names to the errors that may stand for
// them, from decoding, verification or execution.
var exceptions = map[string][]error{
	"INSUFFICIENT_ACCOUNT_FUNDS":                {execution.ErrInsufficientFunds},
	"GASLIMIT_PRICE_PRODUCT_OVERFLOW":           {execution.ErrInsufficientFunds, ethereum.ErrGasCost},
	"INTRINSIC_GAS_TOO_LOW":                     {execution.ErrIntrinsicGas},
	"INTRINSIC_GAS_BELOW_FLOOR_GAS_COST":        {execution.ErrFloorGas, execution.ErrIntrinsicGas},
	"SENDER_NOT_EOA":                            {execution.ErrSenderNotEOA},
	"TYPE_3_TX_INVALID_BLOB_VERSIONED_HASH":     {execution.ErrBlobs, ethereum.ErrBlobVersion},
	"INSUFFICIENT_MAX_FEE_PER_GAS":              {execution.ErrFeeCapTooLow},
	"INITCODE_SIZE_EXCEEDED":                    {execution.ErrInitcode},
	"GAS_LIMIT_EXCEEDS_MAXIMUM":                 {execution.ErrGasCap},
	"TYPE_3_TX_ZERO_BLOBS":                      {execution.ErrBlobs, ethereum.ErrNoBlobs},
	"NONCE_IS_MAX":                              {execution.ErrNonceMax, ethereum.ErrNonce},
	"INSUFFICIENT_MAX_FEE_PER_BLOB_GAS":         {execution.ErrBlobFeeCapTooLow},
	"PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS":     {execution.ErrTipAboveFeeCap, ethereum.ErrTip},
	"GAS_ALLOWANCE_EXCEEDED":                    {execution.ErrGasLimit},
	"TYPE_3_TX_CONTRACT_CREATION":               {execution.ErrBlobs, ethereum.ErrCreation, chain.ErrMalformed},
	"TYPE_3_TX_MAX_BLOB_GAS_ALLOWANCE_EXCEEDED": {execution.ErrBlobs},
	"TYPE_3_TX_BLOB_COUNT_EXCEEDED":             {execution.ErrBlobs},
	"TYPE_4_TX_CONTRACT_CREATION":               {execution.ErrDelegations, ethereum.ErrCreation, chain.ErrMalformed},
	"TYPE_4_EMPTY_AUTHORIZATION_LIST":           {execution.ErrDelegations, ethereum.ErrNoAuthorizations},
	"TYPE_4_TX_PRE_FORK":                        {execution.ErrType},
}

func matches(names string, err error) bool {
	for _, name := range strings.Split(names, "|") {
		for _, candidate := range exceptions[strings.TrimPrefix(name, "TransactionException.")] {
			if errors.Is(err, candidate) {
				return true
			}
		}
	}
	return false
}
