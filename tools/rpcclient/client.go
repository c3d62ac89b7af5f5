package rpcclient

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// MaxAnswer bounds an answer in bytes.
const MaxAnswer = 64 << 20

// Timeout bounds one call.
const Timeout = 60 * time.Second

// ErrUnreachable says that no answer came.
var ErrUnreachable = errors.New("no answer from the node")

// Client calls one node.
type Client struct {
	url  string
	http *http.Client
	next atomic.Uint64
}

// New returns a client of the node at a URL.
func New(url string) *Client {
	return &Client{url: url, http: &http.Client{Timeout: Timeout}}
}

// Error is an error that the node answered with.
type Error struct {
	Code    int             `json:"code"`
	Message string          `json:"message"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// Error implements error.
func (e *Error) Error() string { return e.Message }

type request struct {
	Version string `json:"jsonrpc"`
	ID      uint64 `json:"id"`
	Method  string `json:"method"`
	Params  []any  `json:"params"`
}

type answer struct {
	ID     uint64          `json:"id"`
	Result json.RawMessage `json:"result"`
	Error  *Error          `json:"error"`
}

// Call calls a method and decodes its result into result, which may be nil. An
// answer of null leaves result unchanged.
func (c *Client) Call(ctx context.Context, result any, method string, params ...any) error {
	if params == nil {
		params = []any{}
	}
	call := request{Version: "2.0", ID: c.next.Add(1), Method: method, Params: params}
	body, err := json.Marshal(call)
	if err != nil {
		return err
	}
	post, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	post.Header.Set("Content-Type", "application/json")
	response, err := c.http.Do(post)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, MaxAnswer+1))
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnreachable, err)
	}
	return decode(text, response.Status, call.ID, result)
}

func decode(text []byte, status string, id uint64, result any) error {
	if len(text) > MaxAnswer {
		return fmt.Errorf("%w: the answer has more than %d bytes", ErrUnreachable, MaxAnswer)
	}
	var a answer
	if err := json.Unmarshal(text, &a); err != nil {
		return fmt.Errorf("%w: %s: not a JSON-RPC answer: %.200q", ErrUnreachable, status, text)
	}
	switch {
	case a.Error != nil:
		return a.Error
	case a.ID != id:
		return fmt.Errorf("%w: the answer is to another call", ErrUnreachable)
	case result == nil || string(a.Result) == "null":
		return nil
	}
	return json.Unmarshal(a.Result, result)
}
