package jsonrpc

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// Error codes. The first five are JSON-RPC 2.0's; the others are EIP-1474's and go-ethereum's.
const (
	ParseError          = -32700 // the message is not acceptable JSON
	InvalidRequest      = -32600 // the JSON is not a request
	MethodNotFound      = -32601
	InvalidParams       = -32602
	InternalError       = -32603 // a handler crashed, or its result cannot be encoded
	ServerError         = -32000 // every error that says nothing else
	ResourceUnavailable = -32002 // the call took too long
	LimitExceeded       = -32005 // a limit of this server; trying again later may help
	ExecutionReverted   = 3      // a contract reverted; Data holds what it returned
)

// Error is an error with a code for the client. Data is encoded as JSON when it is not nil.
type Error struct {
	Code    int
	Message string
	Data    any
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// ErrorCode returns the code.
func (e *Error) ErrorCode() int { return e.Code }

// ErrorData returns the data, nil for none.
func (e *Error) ErrorData() any { return e.Data }

// Errorf returns an *Error with a formatted message.
func Errorf(code int, format string, arguments ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, arguments...)}
}

// Errors of the package that callers test for.
var (
	// ErrRegistration reports a name that cannot be registered.
	ErrRegistration = errors.New("jsonrpc: registration refused")
	// ErrSubscriptionClosed is what a Notify returns once its subscription has ended.
	ErrSubscriptionClosed = errors.New("jsonrpc: subscription closed")
	// ErrSlowConsumer is what a Notify returns when its client did not read fast enough, and what a feed passes to it
	// when the feed has lost events; the connection is closed.
	ErrSlowConsumer = errors.New("jsonrpc: the client reads notifications too slowly")
	// ErrClosed reports the use of a server or port after Close.
	ErrClosed = errors.New("jsonrpc: server closed")
	// ErrHandlersRunning is what Close returns when handlers still ran after they were cancelled and waited for.
	ErrHandlersRunning = errors.New("jsonrpc: handlers ignored their cancellation")
)

// ErrBusy is the answer to a call for which there is no room now: it was not
// executed, and may be sent again later.
var ErrBusy = &Error{Code: LimitExceeded, Message: "server is busy, try again later"}

// Answers of the server itself.
var (
	errTimeout          = &Error{Code: ResourceUnavailable, Message: "request timed out"}
	errStopping         = &Error{Code: ServerError, Message: "server is shutting down"}
	errCrashed          = &Error{Code: InternalError, Message: "method handler crashed"}
	errResponseTooLarge = &Error{Code: LimitExceeded, Message: "response too large"}
	errBatchTooLarge    = &Error{Code: InvalidRequest, Message: "batch too large"}
	errEmptyBatch       = &Error{Code: InvalidRequest, Message: "empty batch"}
	errInvalidRequest   = &Error{Code: InvalidRequest, Message: "invalid request"}
	errNotifications    = &Error{Code: MethodNotFound, Message: "notifications not supported"}
	errHost             = &Error{Code: InvalidRequest, Message: "invalid host specified"}
	errNoSubscription   = &Error{Code: ServerError, Message: "subscription not found"}
)

// maxErrorMessage bounds the text of an error in bytes: handlers like to quote what the client sent.
const maxErrorMessage = 16 << 10

// flatten returns what the client is told about err. Its Data is encoded, so that nothing of err is called later.
func flatten(ctx context.Context, err error) *Error {
	answer := &Error{Code: ServerError, Message: err.Error()}
	var coded interface{ ErrorCode() int }
	switch {
	case errors.As(err, &coded):
		answer.Code = coded.ErrorCode()
	case ctx.Err() != nil && (errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)):
		return interruption(ctx)
	}
	if len(answer.Message) > maxErrorMessage {
		answer.Message = answer.Message[:maxErrorMessage]
	}
	var detailed interface{ ErrorData() any }
	if !errors.As(err, &detailed) {
		return answer
	}
	if data := detailed.ErrorData(); data != nil {
		encoded, failure := appendValue(nil, data)
		if failure != nil {
			return &Error{Code: InternalError, Message: failure.Error()}
		}
		answer.Data = json.RawMessage(encoded)
	}
	return answer
}

// interruption returns the answer to a call whose context ended.
func interruption(ctx context.Context) *Error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return errTimeout
	}
	return errStopping
}
