package main_test

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"os/exec"
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
	command := exec.Command(executable.Path(t), append([]string{"dev", "--rpc", "127.0.0.1:0"}, arguments...)...)
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

// rounds is how often the server is killed: 20 in CI, 200 in the full run.
func rounds() int {
	if os.Getenv("CREDIBLE_TEST_FULL") != "" {
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
	var to chain.Address
	if _, err := rand.Read(to[:]); err != nil {
		t.Fatal(err)
	}
	directory := t.TempDir()
	total := 0
	for round := range rounds() {
		s := start(t, "--data", directory)
		acknowledged := make(chan string, 100_000)
		var clients sync.WaitGroup
		for _, account := range accounts {
			clients.Go(func() { s.load(account, to, acknowledged) })
		}
		// The moment of death moves with the round, from just after the first
		// receipts to well into the load.
		for range 1 + 7*round%60 {
			<-acknowledged
			total++
		}
		s.kill()
		clients.Wait()
		close(acknowledged)

		s = start(t, "--data", directory)
		for id := range acknowledged {
			total++
			var receipt *struct {
				Status string `json:"status"`
			}
			if err := s.call(&receipt, "eth_getTransactionReceipt", id); err != nil || receipt == nil || receipt.Status != "0x1" {
				t.Fatalf("round %d: acknowledged transaction %s is gone: %v %v", round, id, receipt, err)
			}
		}
		var balance string
		if err := s.call(&balance, "eth_getBalance", to, "latest"); err != nil {
			t.Fatal(err)
		}
		have, _ := new(big.Int).SetString(strings.TrimPrefix(balance, "0x"), 16)
		if have.Cmp(big.NewInt(int64(total))) < 0 {
			t.Fatalf("round %d: %d transfers were acknowledged and %s arrived", round, total, have)
		}
		stop(t, s)
	}
	report, err := exec.Command(executable.Path(t), "verify", "--data", directory).CombinedOutput()
	if err != nil {
		t.Fatalf("credible verify: %v\n%s", err, report)
	}
	t.Logf("credible verify after %d kills:\n%s", rounds(), report)
	t.Logf("%d rounds, %d transactions acknowledged, none lost", rounds(), total)
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
