package chaos

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/crypto"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
)

// errUnknown says that nobody can tell whether a transaction will be executed: the
// node went away, or gave no answer in time.
var errUnknown = errors.New("chaos: outcome unknown")

// endpoint is the RPC port of one node.
type endpoint struct {
	url  string
	http *http.Client
}

func newEndpoint(address string) *endpoint {
	return &endpoint{url: "http://" + address, http: &http.Client{Timeout: 40 * time.Second}}
}

// rpcError is an error that the node itself has answered with.
type rpcError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *rpcError) Error() string { return fmt.Sprintf("%d %s", e.Code, e.Message) }

func (e *endpoint) call(ctx context.Context, result any, method string, params ...any) error {
	if params == nil {
		params = []any{}
	}
	var a response
	if err := e.post(ctx, request{"2.0", 1, method, params}, &a); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return a.into(result)
}

// request and response are those of JSON-RPC 2.0.
type request struct {
	Version string `json:"jsonrpc"`
	ID      int    `json:"id"`
	Method  string `json:"method"`
	Params  []any  `json:"params"`
}

type response struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *rpcError       `json:"error"`
}

func (r *response) into(result any) error {
	if r.Error != nil {
		return r.Error
	}
	return json.Unmarshal(r.Result, result)
}

// batch makes a call for each parameter in one request; the first error of any is
// returned.
func batch[R any](ctx context.Context, e *endpoint, results []R, method string, params []string) error {
	requests := make([]request, len(params))
	for i, p := range params {
		requests[i] = request{"2.0", i, method, []any{p}}
	}
	var answers []response
	if err := e.post(ctx, requests, &answers); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	if len(answers) != len(params) {
		return fmt.Errorf("%s: %d answers to %d calls", method, len(answers), len(params))
	}
	for i := range answers {
		if id := answers[i].ID; id < 0 || id >= len(results) {
			return fmt.Errorf("%s: an answer to call %d of %d", method, id, len(params))
		}
		if err := answers[i].into(&results[answers[i].ID]); err != nil {
			return fmt.Errorf("%s: %w", method, err)
		}
	}
	return nil
}

func (e *endpoint) post(ctx context.Context, question, answer any) error {
	body, err := json.Marshal(question)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := e.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, answer)
}

// awaitPeers waits until a node is connected to all others: it is ready with fewer.
func (e *endpoint) awaitPeers(ctx context.Context) error {
	look := time.NewTicker(50 * time.Millisecond)
	defer look.Stop()
	for {
		var status struct {
			Peers []struct {
				Address   string `json:"address"`
				Connected bool   `json:"connected"`
			} `json:"peers"`
		}
		err := e.call(ctx, &status, "cl_status")
		if err == nil {
			missing := ""
			for _, peer := range status.Peers {
				if !peer.Connected {
					missing = peer.Address
				}
			}
			if missing == "" {
				return nil
			}
			err = fmt.Errorf("%s does not reach %s", e.url, missing)
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			return err
		}
	}
}

// receipt is what a node says of an executed transaction.
type receipt struct {
	TransactionHash chain.Hash `json:"transactionHash"`
	Status          string     `json:"status"`
	BlockNumber     string     `json:"blockNumber"`
	ContractAddress string     `json:"contractAddress"`
	Logs            []struct {
		Data string `json:"data"`
	} `json:"logs"`
}

// account is a funded account with its key.
type account struct {
	address chain.Address
	signer  crypto.Signer
}

func newAccount(suite crypto.Suite) (*account, error) {
	scheme, err := suite.Scheme(chain.SchemeSecp256k1)
	if err != nil {
		return nil, err
	}
	signer, err := scheme.Generate(rand.Reader)
	if err != nil {
		return nil, err
	}
	address, err := suite.Address(signer.Public())
	return &account{address: address, signer: signer}, err
}

func (a *account) sign(t *ethereum.Transaction) ([]byte, error) {
	signed, err := t.Sign(keccak.Keccak256, ethereum.SignWith(a.signer))
	if err != nil {
		return nil, err
	}
	return signed.Encode(), nil
}

// nonce asks a node for the account's next nonce.
func (e *endpoint) nonce(ctx context.Context, a *account) (uint64, error) {
	var text string
	if err := e.call(ctx, &text, "eth_getTransactionCount", a.address, "latest"); err != nil {
		return 0, err
	}
	return quantity(text)
}

func quantity(text string) (uint64, error) {
	return strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 64)
}

// execute sends a transaction and waits for its receipt. Any error but a refusal
// by the node before it took the transaction leaves the outcome unknown.
func (e *endpoint) execute(ctx context.Context, raw []byte) (*receipt, error) {
	return e.executeText(ctx, "0x"+hex.EncodeToString(raw))
}

func (e *endpoint) executeText(ctx context.Context, raw string) (*receipt, error) {
	var r receipt
	err := e.call(ctx, &r, "eth_sendRawTransactionSync", raw)
	var refused *rpcError
	switch {
	case err == nil:
		return &r, nil
	case errors.As(err, &refused) && refused.Code == -32000 && !strings.Contains(refused.Message, "known"):
		return nil, err
	}
	return nil, fmt.Errorf("%w: %w", errUnknown, err)
}
