package oracle

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"encoding/json"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/ethclient/gethclient"
)

// flowLimit ends a test whose chain stopped answering.
const flowLimit = 90 * time.Second

// peer is geth's clients of one chain, with the funded accounts of that chain.
type peer struct {
	*ethclient.Client                   // over HTTP
	socket            *ethclient.Client // over WebSocket
	geth              *gethclient.Client
	url               string
	chainID           *big.Int
	keys              []*ecdsa.PrivateKey
	network           *network // nil for a chain of one node
}

func (p *peer) account(i int) common.Address { return crypto.PubkeyToAddress(p.keys[i].PublicKey) }

var builtBinary = sync.OnceValues(func() (string, error) {
	if path := os.Getenv("CREDIBLE"); path != "" {
		return path, nil
	}
	directory, err := os.MkdirTemp("", "credible-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(directory, "credible")
	build := exec.Command("go", "build", "-o", path, "./cmd/credible")
	build.Dir = ".."
	build.Stderr = os.Stderr
	return path, build.Run()
})

// develop starts a chain with a crypto suite and connects to it.
func develop(t *testing.T, suite string, flags ...string) *peer {
	t.Helper()
	binary, err := builtBinary()
	must(t, err)
	command := exec.Command(binary, append([]string{"dev", "--crypto", suite, "--rpc", "127.0.0.1:0", "-o", "json"}, flags...)...)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		must(t, command.Process.Signal(syscall.SIGTERM))
		must(t, command.Wait())
	})
	url, description := ready(t, bufio.NewScanner(out))
	return connect(t, url, description)
}

// info is the part of the banner that is needed here.
type info struct {
	WS       string
	ChainID  int64
	Accounts []struct{ PrivateKey string }
}

func ready(t *testing.T, lines *bufio.Scanner) (url string, description info) {
	t.Helper()
	var text strings.Builder
	for lines.Scan() {
		if found, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			must(t, json.Unmarshal([]byte(text.String()), &description))
			return found, description
		}
		text.WriteString(lines.Text())
	}
	t.Fatalf("the chain did not become ready: %s %v", text.String(), lines.Err())
	return "", info{}
}

func connect(t *testing.T, url string, description info) *peer {
	t.Helper()
	client, err := ethclient.Dial(url)
	must(t, err)
	t.Cleanup(client.Close)
	socket, err := ethclient.Dial(description.WS)
	must(t, err)
	t.Cleanup(socket.Close)
	p := &peer{url: url, Client: client, socket: socket, geth: gethclient.New(client.Client()), chainID: big.NewInt(description.ChainID)}
	for _, account := range description.Accounts {
		key, err := crypto.HexToECDSA(strings.TrimPrefix(account.PrivateKey, "0x"))
		must(t, err)
		p.keys = append(p.keys, key)
	}
	return p
}

func background(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), flowLimit)
	t.Cleanup(cancel)
	return ctx
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s: got %v, want %v", what, got, want)
	}
}

// amount compares numbers that are pointers.
func amount(t *testing.T, what string, got any, want int64) {
	t.Helper()
	equal(t, what, got.(*big.Int).String(), big.NewInt(want).String())
}
