package bench

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// client talks to one node. Unlike tools/rpcclient it keeps many connections open and
// sends batches whose answers it looks at only for errors.
type client struct {
	url  string
	http *http.Client
}

// connections bounds the connections that are kept open to one node.
const connections = 4096

// callTime bounds one call.
const callTime = 90 * time.Second

func newClient(url string) *client {
	return &client{url: url, http: &http.Client{Timeout: callTime, Transport: &http.Transport{MaxIdleConnsPerHost: connections, DisableCompression: true}}}
}

// callError is an error that a node answered with.
type callError struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *callError) Error() string {
	if e.Code == 0 {
		return e.Message
	}
	return fmt.Sprintf("%s (%d)", e.Message, e.Code)
}

// maxAnswer bounds an answer in bytes.
const maxAnswer = 256 << 20

func (c *client) post(ctx context.Context, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(io.LimitReader(response.Body, maxAnswer))
}

type answer struct {
	ID     int             `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *callError      `json:"error"`
}

// call calls a method; an answer of null leaves result as it is.
func (c *client) call(ctx context.Context, result any, method string, params ...any) error {
	if params == nil {
		params = []any{}
	}
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
	if err != nil {
		return err
	}
	text, err := c.post(ctx, body)
	if err != nil {
		return err
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("%s: %s: no JSON-RPC answer: %.100q", c.url, method, text)
	}
	if a.Error != nil {
		return fmt.Errorf("%s: %w", method, a.Error)
	}
	if string(a.Result) == "null" {
		return nil
	}
	return json.Unmarshal(a.Result, result)
}

// appendSend appends the call that sends a raw transaction.
func appendSend(body []byte, method string, id int, raw []byte) []byte {
	body = append(body, `{"jsonrpc":"2.0","id":`...)
	body = strconv.AppendInt(body, int64(id), 10)
	body = append(body, `,"method":"`...)
	body = append(body, method...)
	body = append(body, `","params":["0x`...)
	body = hex.AppendEncode(body, raw)
	return append(body, `"]}`...)
}

// sendBatch sends raw transactions in one request and returns the places of those that
// were refused, with the last reason.
func (c *client) sendBatch(ctx context.Context, raws [][]byte) (refused []int, why error, err error) {
	body := []byte{'['}
	for i, raw := range raws {
		if i > 0 {
			body = append(body, ',')
		}
		body = appendSend(body, "eth_sendRawTransaction", i, raw)
	}
	text, err := c.post(ctx, append(body, ']'))
	if err != nil {
		return nil, nil, err
	}
	if bytes.Count(text, []byte(`"result"`)) == len(raws) && !bytes.Contains(text, []byte(`"error"`)) {
		return nil, nil, nil
	}
	var answers []answer
	if err := json.Unmarshal(text, &answers); err != nil {
		return nil, nil, fmt.Errorf("%s: no answer to a batch: %.200q", c.url, text)
	}
	for _, a := range answers {
		if a.Error != nil && !known(a.Error) {
			refused, why = append(refused, a.ID), a.Error
		}
	}
	if len(answers) != len(raws) {
		return nil, nil, fmt.Errorf("%s: %d answers to a batch of %d", c.url, len(answers), len(raws))
	}
	return refused, why, nil
}

// sendTogether sends raw transactions in one call of this platform, which checks their
// signatures together; the results are those of sendBatch.
func (c *client) sendTogether(ctx context.Context, raws [][]byte) (refused []int, why error, err error) {
	const begin = `{"jsonrpc":"2.0","id":1,"method":"cl_sendTransactions","params":[[`
	size := len(begin) + 3
	for _, raw := range raws {
		size += 2*len(raw) + 5
	}
	body := append(make([]byte, 0, size), begin...)
	for i, raw := range raws {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(hex.AppendEncode(append(body, `"0x`...), raw), '"')
	}
	text, err := c.post(ctx, append(body, `]]}`...))
	if err != nil {
		return nil, nil, err
	}
	if bytes.Count(text, []byte(`{"id":"0x`)) == len(raws) && !bytes.Contains(text, []byte(`"error"`)) {
		return nil, nil, nil
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return nil, nil, fmt.Errorf("%s: no answer to %d transactions: %.200q", c.url, len(raws), text)
	}
	if a.Error != nil {
		return nil, nil, fmt.Errorf("cl_sendTransactions: %w", a.Error)
	}
	var answers []struct {
		Error string `json:"error"`
	}
	if err := json.Unmarshal(a.Result, &answers); err != nil || len(answers) != len(raws) {
		return nil, nil, fmt.Errorf("%s: %d answers to %d transactions: %.200q", c.url, len(answers), len(raws), text)
	}
	for i, one := range answers {
		if refusal := (&callError{Message: one.Error}); one.Error != "" && !known(refusal) {
			refused, why = append(refused, i), refusal
		}
	}
	return refused, why, nil
}

// known reports whether a refusal says that the target has the transaction already.
func known(err *callError) bool {
	return strings.Contains(err.Message, "already known") || strings.Contains(err.Message, "already imported")
}

// busy reports whether a refusal says that the target has no room now.
func busy(err error) bool {
	var refusal *callError
	if !errors.As(err, &refusal) {
		return false
	}
	for _, word := range []string{"full", "limit", "too many", "exceeds", "underpriced"} {
		if strings.Contains(refusal.Message, word) {
			return true
		}
	}
	return false
}

func parseQuantity(text string) (uint64, error) {
	return strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 64)
}

func (c *client) number(ctx context.Context, method string, params ...any) (uint64, error) {
	var text string
	if err := c.call(ctx, &text, method, params...); err != nil {
		return 0, err
	}
	return parseQuantity(text)
}

func (c *client) big(ctx context.Context, method string, params ...any) (*big.Int, error) {
	var text string
	if err := c.call(ctx, &text, method, params...); err != nil {
		return nil, err
	}
	value, ok := new(big.Int).SetString(strings.TrimPrefix(text, "0x"), 16)
	if !ok || value.Sign() < 0 {
		return nil, fmt.Errorf("%s: %.80q is no quantity", method, text)
	}
	return value, nil
}

func quantity(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }
