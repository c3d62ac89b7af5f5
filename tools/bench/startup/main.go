// Command startup measures how long a development chain takes from exec to its
// first answered request, and from sending a first transfer to its receipt, for
// credible and anvil in turn in one run.
//
//	startup -runs 10 -credible bin/credible -anvil path/to/anvil
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"time"
)

const (
	sender    = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
	recipient = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"
)

// peer is a program that serves a development chain.
type peer struct {
	name    string
	command func(port string) *exec.Cmd
	ready   []time.Duration
	receipt []time.Duration
}

func main() {
	runs := flag.Int("runs", 10, "runs of each program")
	credible := flag.String("credible", "bin/credible", "path of credible")
	anvil := flag.String("anvil", "", "path of anvil; without it only credible is measured")
	flag.Parse()
	peers := []*peer{{name: "credible dev", command: func(port string) *exec.Cmd {
		return exec.Command(*credible, "dev", "--rpc", "127.0.0.1:"+port)
	}}}
	if *anvil != "" {
		peers = append(peers, &peer{name: "anvil", command: func(port string) *exec.Cmd {
			return exec.Command(*anvil, "--host", "127.0.0.1", "--port", port, "--silent")
		}})
	}
	if err := measure(peers, *runs); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	report(peers, *runs)
}

func measure(peers []*peer, runs int) error {
	for run := range runs + 1 { // the first round warms the disk cache and does not count
		for _, p := range peers {
			ready, receipt, err := once(p)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			if run > 0 {
				p.ready, p.receipt = append(p.ready, ready), append(p.receipt, receipt)
			}
		}
	}
	return nil
}

func once(p *peer) (ready, receipt time.Duration, err error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, 0, err
	}
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	if err := listener.Close(); err != nil {
		return 0, 0, err
	}
	url := "http://127.0.0.1:" + port
	command := p.command(port)
	started := time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, err
	}
	defer func() {
		command.Process.Kill() //nolint:errcheck // nothing depends on how it ends
		command.Wait()         //nolint:errcheck
	}()
	if err := poll(func() bool { return call(url, nil, "eth_chainId") == nil }); err != nil {
		return 0, 0, err
	}
	ready = time.Since(started)
	sent := time.Now()
	var id string
	if err := call(url, &id, "eth_sendTransaction", map[string]string{"from": sender, "to": recipient, "value": "0x1"}); err != nil {
		return 0, 0, err
	}
	err = poll(func() bool {
		var answer *struct{ Status string }
		return call(url, &answer, "eth_getTransactionReceipt", id) == nil && answer != nil
	})
	return ready, time.Since(sent), err
}

// poll asks once a millisecond, for ten seconds at most.
func poll(done func() bool) error {
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if done() {
			return nil
		}
	}
	return errors.New("no answer within 10 s")
}

func call(url string, result any, method string, params ...any) error {
	if params == nil {
		params = []any{}
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return err
	}
	response, err := http.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  *struct{ Message string }
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return err
	}
	if answer.Error != nil {
		return errors.New(answer.Error.Message)
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer.Result, result)
}

func report(peers []*peer, runs int) {
	fmt.Printf("start-up, %d runs each in turn, %d cores, in memory, polled every 1 ms\n\n", runs, runtime.NumCPU())
	fmt.Printf("%-14s %28s %32s\n", "", "exec to first answer (ms)", "transfer sent to receipt (ms)")
	for _, p := range peers {
		fmt.Printf("%-14s %28s %32s\n", p.name, spread(p.ready), spread(p.receipt))
	}
	if len(peers) == 2 {
		fmt.Printf("\nratio of medians, credible / anvil: ready %.2f, receipt %.2f\n",
			ratio(peers[0].ready, peers[1].ready), ratio(peers[0].receipt, peers[1].receipt))
	}
}

func spread(d []time.Duration) string {
	slices.Sort(d)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	return fmt.Sprintf("min %.1f median %.1f max %.1f", ms(d[0]), ms(d[len(d)/2]), ms(d[len(d)-1]))
}

func ratio(a, b []time.Duration) float64 {
	return float64(a[len(a)/2]) / float64(b[len(b)/2])
}
