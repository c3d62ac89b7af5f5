package main_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/credibleledger/credibleledger/internal/executable"
	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/crypto/standard"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/development"
)

func TestMain(m *testing.M) { executable.Main(m) }

// server is a running `credible dev`.
type server struct {
	t       *testing.T
	command *exec.Cmd
	url     string
}

func start(t *testing.T, arguments ...string) *server {
	t.Helper()
	command := exec.Command(executable.Path(t), arguments...)
	output, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	command.Stderr = os.Stderr
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, command: command}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if url, ready := strings.CutPrefix(lines.Text(), "ready "); ready {
			s.url = url
			return s
		}
	}
	t.Fatal("the server did not become ready")
	return nil
}

func (s *server) kill() {
	if err := s.command.Process.Signal(syscall.SIGKILL); err != nil {
		s.t.Fatal(err)
	}
	s.command.Wait() //nolint:errcheck // it was killed
}

// call sends one request; ok is false when the server is gone.
func (s *server) call(result any, method string, params ...any) (err error) {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return err
	}
	response, err := http.Post(s.url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  *struct {
			Code    int
			Message string
		} `json:"error"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Error != nil {
		return fmt.Errorf("%s: %d %s", method, answer.Error.Code, answer.Error.Message)
	}
	return json.Unmarshal(answer.Result, result)
}

// load sends transfers of one account one after the other and notes the ids
// whose receipts were served, until the server is gone.
func (s *server) load(account development.Account, to chain.Address, acknowledged chan<- string) {
	var nonceText string
	if s.call(&nonceText, "eth_getTransactionCount", account.Address, "latest") != nil {
		return
	}
	nonce, _ := new(big.Int).SetString(strings.TrimPrefix(nonceText, "0x"), 16)
	for n := nonce.Uint64(); ; n++ {
		raw, err := signTransfer(account, to, n)
		if err != nil {
			s.t.Error(err)
			return
		}
		var receipt struct {
			Hash   string `json:"transactionHash"`
			Status string `json:"status"`
		}
		if s.call(&receipt, "eth_sendRawTransactionSync", "0x"+fmt.Sprintf("%x", raw)) != nil {
			return
		}
		if receipt.Status != "0x1" {
			s.t.Errorf("status %s", receipt.Status)
		}
		acknowledged <- receipt.Hash
	}
}

func signTransfer(account development.Account, to chain.Address, nonce uint64) ([]byte, error) {
	t := &ethereum.Transaction{
		Type: ethereum.TypeDynamicFee, ChainID: development.ChainID, Nonce: nonce, Gas: 21_000, To: &to, Value: chain.WordFromUint64(1),
	}
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(account.Signer))
	if err != nil {
		return nil, err
	}
	return signed.Encode(), nil
}

// rounds is how often the server is killed: 20 in CI, 200 in the full run, few in short
// tests.
func rounds() int {
	switch {
	case testing.Short():
		return 8
	case os.Getenv("CREDIBLE_TEST_FULL") != "":
		return 200
	}
	return 20
}

// TestNothingAcknowledgedIsLostWhenTheProcessIsKilled loads a chain on disk from
// several clients, kills it, starts it again, and looks for every transaction
// whose receipt was served.
func TestNothingAcknowledgedIsLostWhenTheProcessIsKilled(t *testing.T) {
	accounts, err := development.Accounts(standard.New(), 4)
	if err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	p := newKiller(t, accounts, "dev", "--rpc", "127.0.0.1:0", "--data", directory)
	for round := range rounds() {
		// The moment of death moves with the round, from just after the first
		// receipts to well into the load.
		p.round(round, 1+7*round%60)
	}
	p.verify("--data", directory)
}

// The same of a node that drops old states, takes a snapshot every few blocks and compacts:
// states leave its window with each block. Old blocks go by whole files, which are larger
// than what is written here.
func TestNothingAcknowledgedIsLostByANodeThatPrunesAndTakesSnapshots(t *testing.T) {
	network := filepath.Join(t.TempDir(), "network")
	created, err := exec.Command(executable.Path(t), "network", "create", network, "--nodes", "1", "--consensus", "solo",
		"--snapshots", "8", "--accounts", "4", "--chain-id", strconv.Itoa(development.ChainID)).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, created)
	}
	home := filepath.Join(network, "node0")
	configure(t, filepath.Join(home, "config.toml"), "level = 'warn'", "retain_state = 32", "retain_blocks = 1300") // snapshots and the window of ids need no less
	p := newKiller(t, accountsOf(t, filepath.Join(network, "accounts")), "node", "start", "--home", home)
	for round := range rounds() / 4 {
		p.round(round, 50+70*round%300)
	}
	p.verify("--data", filepath.Join(home, "data"), "--genesis", filepath.Join(home, "genesis.json"))
	stats, err := exec.Command(executable.Path(t), "ledger", "stats", "--data", filepath.Join(home, "data"), "-o", "json").Output()
	var have struct {
		OldestState uint64 `json:"oldestState"`
	}
	if err := errors.Join(err, json.Unmarshal(stats, &have)); err != nil || have.OldestState == 0 {
		t.Fatalf("nothing was pruned: %v\n%s", err, stats)
	}
}

// configure replaces lines of a configuration file by key.
func configure(t *testing.T, path string, lines ...string) {
	t.Helper()
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		key, _, _ := strings.Cut(line, " = ")
		pattern := regexp.MustCompile(`(?m)^` + key + ` = .*$`)
		if !pattern.Match(file) {
			t.Fatalf("%s has no %s", path, key)
		}
		file = pattern.ReplaceAll(file, []byte(line))
	}
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
}

// accountsOf reads the keys of a network's funded accounts.
func accountsOf(t *testing.T, folder string) (accounts []development.Account) {
	t.Helper()
	suite := standard.New()
	scheme, err := suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(folder, "*.key"))
	if err != nil || len(names) == 0 {
		t.Fatalf("no accounts in %s: %v", folder, err)
	}
	for _, name := range names {
		file, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := hex.DecodeString(strings.TrimPrefix(strings.TrimSpace(string(file)), "0x"))
		if err != nil {
			t.Fatal(err)
		}
		signer, err := scheme.Import(secret)
		if err != nil {
			t.Fatal(err)
		}
		address, err := suite.Address(signer.Public())
		if err != nil {
			t.Fatal(err)
		}
		accounts = append(accounts, development.Account{Address: address, Signer: signer})
	}
	return accounts
}

// killer loads a node, kills it and looks for what it has acknowledged.
type killer struct {
	t        *testing.T
	command  []string
	accounts []development.Account
	to       chain.Address
	total    int
}

func newKiller(t *testing.T, accounts []development.Account, command ...string) *killer {
	t.Helper()
	k := &killer{t: t, command: command, accounts: accounts}
	if _, err := rand.Read(k.to[:]); err != nil {
		t.Fatal(err)
	}
	return k
}

// round kills the node when it has acknowledged so many transactions, and starts it again.
func (k *killer) round(round, until int) {
	k.t.Helper()
	s := start(k.t, k.command...)
	acknowledged := make(chan string, 100_000)
	var clients sync.WaitGroup
	for _, account := range k.accounts {
		clients.Go(func() { s.load(account, k.to, acknowledged) })
	}
	var ids []string
	for range until {
		ids = append(ids, <-acknowledged)
	}
	s.kill()
	clients.Wait()
	close(acknowledged)
	for id := range acknowledged {
		ids = append(ids, id)
	}
	k.total += len(ids)
	s = start(k.t, k.command...)
	for _, id := range ids {
		var receipt *struct {
			Status string `json:"status"`
		}
		if err := s.call(&receipt, "eth_getTransactionReceipt", id); err != nil || receipt == nil || receipt.Status != "0x1" {
			k.t.Fatalf("round %d: acknowledged transaction %s is gone: %v %v", round, id, receipt, err)
		}
	}
	var balance string
	if err := s.call(&balance, "eth_getBalance", k.to, "latest"); err != nil {
		k.t.Fatal(err)
	}
	have, _ := new(big.Int).SetString(strings.TrimPrefix(balance, "0x"), 16)
	if have.Cmp(big.NewInt(int64(k.total))) < 0 {
		k.t.Fatalf("round %d: %d transfers were acknowledged and %s arrived", round, k.total, have)
	}
	stop(k.t, s)
}

func (k *killer) verify(arguments ...string) {
	k.t.Helper()
	report, err := exec.Command(executable.Path(k.t), append([]string{"verify"}, arguments...)...).CombinedOutput()
	if err != nil {
		k.t.Fatalf("credible verify: %v\n%s", err, report)
	}
	k.t.Logf("%d transactions acknowledged, none lost; credible verify:\n%s", k.total, report)
}

func stop(t *testing.T, s *server) {
	t.Helper()
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.command.Wait() }()
	select {
	case err := <-done:
		if err != nil {
			t.Fatalf("the server did not stop cleanly: %v", err)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the server did not stop")
	}
}
