package cli_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/ledger"
	"github.com/credibleledger/credibleledger/obicore"
	"github.com/credibleledger/credibleledger/tools/cli"
)

// failing is a ledger module that loses its disk after the genesis block.
type failing struct{ ledger.Module }

func (f failing) Open(ctx context.Context, options ledger.Options) (ledger.Ledger, error) {
	opened, err := f.Module.Open(ctx, options)
	return failingLedger{opened}, err
}

type failingLedger struct{ ledger.Ledger }

func (failingLedger) Append(context.Context, ledger.Decided) error {
	return errors.New("the disk is gone")
}

// minedWhenReady asks for a block as soon as the ready line has been written.
type minedWhenReady struct {
	bytes.Buffer
	asked bool
}

func (m *minedWhenReady) Write(b []byte) (int, error) {
	n, err := m.Buffer.Write(b)
	if _, url, found := strings.Cut(m.String(), "ready "); found && !m.asked {
		m.asked = true
		go func() {
			response, err := http.Post(strings.TrimSpace(url), "application/json", strings.NewReader(`{"jsonrpc":"2.0","id":1,"method":"evm_mine","params":[]}`))
			if err == nil {
				response.Body.Close()
			}
		}()
	}
	return n, err
}

func TestADevelopmentChainThatStopsAdvisesWhatCanBeDone(t *testing.T) {
	for language, banner := range map[string]string{"en": "10000 ether each", "zh": "每个 10000 ether"} {
		for _, data := range []string{"", t.TempDir()} {
			registry := obicore.Registry()
			for name, module := range registry.Ledger {
				registry.Ledger[name] = failing{module}
			}
			arguments := []string{"dev", "--rpc", "127.0.0.1:0", "--block-time", "1ms", "--lang", language}
			if data != "" {
				arguments = append(arguments, "--data", data)
			}
			var out minedWhenReady
			var problems bytes.Buffer
			code := cli.Distribution{Registry: registry}.Run(t.Context(), arguments, strings.NewReader(""), &out, &problems)
			if !strings.Contains(out.String(), banner) {
				t.Errorf("the banner is %s", out.String())
			}
			if code != 1 || !strings.Contains(problems.String(), "CL-DEV-004") || strings.Contains(problems.String(), "verify --data") != (data != "") {
				t.Errorf("--data %q: exit code %d, %s", data, code, problems.String())
			}
		}
	}
}
