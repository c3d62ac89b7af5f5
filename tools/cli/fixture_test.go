package cli_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/obicore/api"
	"github.com/credibleledger/credibleledger/tools/cli"
	"github.com/credibleledger/credibleledger/tools/development"
)

// outcome is what one command line came to.
type outcome struct {
	code        int
	out, errors string
}

// run runs a command line in English without anything of the machine's own
// environment; args may hold --lang.
func run(t *testing.T, input string, arguments ...string) outcome {
	t.Helper()
	t.Setenv("CREDIBLE_LANG", "en")
	var out, errors bytes.Buffer
	code := cli.Distribution{Registry: obicore.Registry()}.Run(t.Context(), arguments, strings.NewReader(input), &out, &errors)
	return outcome{code, out.String(), errors.String()}
}

// must runs a command line that succeeds and returns its output.
func must(t *testing.T, arguments ...string) string {
	t.Helper()
	o := run(t, "", arguments...)
	if o.code != 0 {
		t.Fatalf("credible %s: exit code %d\n%s%s", strings.Join(arguments, " "), o.code, o.out, o.errors)
	}
	return o.out
}

// decode reads the JSON output of a command that succeeds.
func decode[V any](t *testing.T, arguments ...string) (v V) {
	t.Helper()
	text := must(t, append([]string{"-o", "json"}, arguments...)...)
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%s: %v\n%s", strings.Join(arguments, " "), err, text)
	}
	return v
}

// refused checks exit code and stable code of a failure, in both shapes and both
// languages.
func refused(t *testing.T, exit int, code, words string, arguments ...string) {
	t.Helper()
	o := run(t, "", arguments...)
	if o.code != exit || !strings.Contains(o.errors, code) || !strings.Contains(o.errors+o.out, words) {
		t.Errorf("credible %s: exit code %d\n%s%swant %d, %s and %q", strings.Join(arguments, " "), o.code, o.out, o.errors, exit, code, words)
	}
	o = run(t, "", append([]string{"-o", "json", "--lang", "zh"}, arguments...)...)
	var problem struct {
		Error struct{ Code, What, Why, Next string }
	}
	if err := json.Unmarshal([]byte(o.errors), &problem); err != nil || o.code != exit || problem.Error.Code != code {
		t.Errorf("credible %s -o json: exit code %d, %v\n%s", strings.Join(arguments, " "), o.code, err, o.errors)
	}
	if e := problem.Error; !isChinese(e.What) || !isChinese(e.Next) {
		t.Errorf("credible %s --lang zh speaks English: %q %q", strings.Join(arguments, " "), e.What, e.Next)
	}
}

func isChinese(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// network starts a development chain with JSON-RPC; commands find it by $CREDIBLE_RPC.
func network(t *testing.T) *development.Chain {
	t.Helper()
	running, err := development.Open(t.Context(), development.Options{Registry: obicore.Registry(), Accounts: 3, Version: "CredibleLedger/" + cli.Version})
	if err != nil {
		t.Fatal(err)
	}
	url, stop := serve(t, running)
	t.Cleanup(func() {
		stop()
		running.Close(context.Background()) //nolint:errcheck // the end of the test
	})
	t.Setenv("CREDIBLE_RPC", url)
	t.Setenv("CREDIBLE_KEYSTORE", filepath.Join(t.TempDir(), "keys"))
	return running
}

// serve serves a chain on a free port until stop is called.
func serve(t *testing.T, running *development.Chain) (url string, stop func()) {
	t.Helper()
	server := api.New(api.Options{})
	if err := running.Mount(server); err != nil {
		t.Fatal(err)
	}
	listener, err := development.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	return "http://" + listener.Addr().String(), func() {
		server.Close() //nolint:errcheck // the end of the test
		<-served
	}
}

// write makes a file and returns its path.
func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// answering is initcode of a contract that ends every call with op and an output:
// 0xf3 returns, 0xfd reverts.
func answering(op byte, output string) string {
	content, err := hex.DecodeString(output)
	if err != nil {
		panic(err)
	}
	size := byte(len(content))
	runtime := append([]byte{0x60, size, 0x60, 12, 0x60, 0, 0x39, 0x60, size, 0x60, 0, op}, content...)
	return hex.EncodeToString(append([]byte{0x60, byte(len(runtime)), 0x60, 12, 0x60, 0, 0x39, 0x60, byte(len(runtime)), 0x60, 0, 0xf3}, runtime...))
}

// storing is initcode that makes its arguments the code of the contract.
const storing = "600d38038060" + "0d600039" + "6000f3"

// reason is Error("no luck") as Solidity encodes it.
const reason = "08c379a0" +
	"0000000000000000000000000000000000000000000000000000000000000020" +
	"0000000000000000000000000000000000000000000000000000000000000007" +
	"6e6f206c75636b00000000000000000000000000000000000000000000000000"

// start runs a command until it prints its ready line; stop ends it and returns its
// exit code.
func start(t *testing.T, arguments ...string) (url string, stop func() int) {
	t.Helper()
	t.Setenv("CREDIBLE_LANG", "en")
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	var errors bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- cli.Distribution{Registry: obicore.Registry()}.Run(ctx, arguments, strings.NewReader(""), writer, &errors)
		writer.Close() //nolint:errcheck // never fails
	}()
	ready := make(chan string, 1)
	go func() {
		defer close(ready)
		var text strings.Builder
		for buffer := make([]byte, 4096); ; {
			n, err := reader.Read(buffer)
			text.Write(buffer[:n])
			if _, after, found := strings.Cut(text.String(), "ready "); found && strings.Contains(after, "\n") {
				ready <- strings.TrimSpace(after)
				io.Copy(io.Discard, reader) //nolint:errcheck // until the end
				return
			}
			if err != nil {
				return
			}
		}
	}()
	url, ok := <-ready
	if !ok {
		t.Fatalf("credible %s did not start: exit code %d\n%s", strings.Join(arguments, " "), <-done, errors.String())
	}
	stop = func() int { cancel(); return <-done }
	return url, stop
}
