package jsonrpc

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Handler answers one call. The context ends when the time is up, the client has gone or the server stops; a handler
// must return soon afterwards. The result is encoded by encoding/json; a json.RawMessage is written as it is and must be
// valid JSON. An error that is no *Error becomes ServerError with its text, unless it (or one that it wraps) has a
// method ErrorCode() int, and ErrorData() any. Handlers run concurrently.
type Handler func(ctx context.Context, params Params) (any, error)

// Outcome is the answer of one call among several.
type Outcome struct {
	Result any
	Err    error

	took time.Duration // its share of the time
}

// TogetherHandler answers calls of one method that stand one behind the other in a batch,
// in order, with one outcome for each; see Handler.
type TogetherHandler func(ctx context.Context, params []Params) []Outcome

// Notify queues one notification of a subscription and never blocks. A json.RawMessage is written as it is, so that a
// feed encodes an event once for all of its clients. It returns ErrSubscriptionClosed when the subscription has ended and
// ErrSlowConsumer when the client's queue is full, which closes the connection; the feed should then stop. A result that
// cannot be sent closes the connection too: a client must not take a feed with a hole for a whole one. For the same
// reason a feed that has itself lost events says so with the result ErrSlowConsumer.
type Notify func(result any) error

// SubscribeFunc starts a feed for one subscription and returns soon. params are those behind the name of the kind; the
// context lasts until the subscription ends. notify may be called at once, from any goroutine, also before SubscribeFunc
// returns. stop, which may be nil, is called exactly once when the subscription ends, without locks held; when it
// returns the feed must have no goroutine left.
type SubscribeFunc func(ctx context.Context, params Params, notify Notify) (stop func(), err error)

// MaxMethodName bounds the name of a method in bytes.
const MaxMethodName = 256

// method is a registered name: either a handler, or the subscribing or unsubscribing method of a namespace.
type method struct {
	name        string
	handler     Handler
	together    TogetherHandler
	feeds       map[string]SubscribeFunc // of NAMESPACE_subscribe
	unsubscribe bool                     // NAMESPACE_unsubscribe
}

// Registry holds the methods of a server. It is filled before New, by one goroutine.
type Registry struct {
	methods map[string]*method
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry { return &Registry{methods: make(map[string]*method)} }

// Register adds a method under its full name, such as "web3_clientVersion". A name that is empty, too long, reserved by
// JSON-RPC ("rpc.") or taken is refused with ErrRegistration.
func (r *Registry) Register(name string, handler Handler) error {
	if handler == nil {
		return fmt.Errorf("%w: %q has no handler", ErrRegistration, name)
	}
	return r.add(&method{name: name, handler: handler})
}

// RegisterTogether adds a method that answers neighbours in a batch together, because
// that costs less than one after the other.
func (r *Registry) RegisterTogether(name string, together TogetherHandler) error {
	if together == nil {
		return fmt.Errorf("%w: %q has no handler", ErrRegistration, name)
	}
	return r.add(&method{name: name, together: together, handler: func(ctx context.Context, params Params) (any, error) {
		outcome := together(ctx, []Params{params})[0]
		return outcome.Result, outcome.Err
	}})
}

// Subscribe adds a kind of subscription, so that NAMESPACE_subscribe with that kind as first parameter starts the feed,
// NAMESPACE_unsubscribe ends it, and notifications come as NAMESPACE_subscription.
func (r *Registry) Subscribe(namespace, kind string, feed SubscribeFunc) error {
	if namespace == "" || kind == "" || feed == nil {
		return fmt.Errorf("%w: a subscription needs a namespace, a kind and a feed", ErrRegistration)
	}
	subscribe := r.methods[namespace+"_subscribe"]
	if subscribe == nil {
		subscribe = &method{name: namespace + "_subscribe", feeds: make(map[string]SubscribeFunc)}
		if err := r.add(subscribe); err != nil {
			return err
		}
		if err := r.add(&method{name: namespace + "_unsubscribe", unsubscribe: true}); err != nil {
			return err
		}
	}
	if subscribe.feeds == nil || subscribe.feeds[kind] != nil {
		return fmt.Errorf("%w: subscription %q of %q exists", ErrRegistration, kind, namespace)
	}
	subscribe.feeds[kind] = feed
	return nil
}

// Methods returns the registered names in order.
func (r *Registry) Methods() []string {
	names := make([]string, 0, len(r.methods))
	for name := range r.methods {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (r *Registry) add(m *method) error {
	switch {
	case m.name == "" || len(m.name) > MaxMethodName:
		return fmt.Errorf("%w: a name has 1 to %d bytes", ErrRegistration, MaxMethodName)
	case strings.HasPrefix(m.name, "rpc."):
		return fmt.Errorf("%w: %q is reserved by JSON-RPC", ErrRegistration, m.name)
	case r.methods[m.name] != nil:
		return fmt.Errorf("%w: %q exists", ErrRegistration, m.name)
	}
	r.methods[m.name] = m
	return nil
}

// snapshot returns the methods as they are now, so that a server never sees a later change.
func (r *Registry) snapshot() map[string]*method {
	methods := make(map[string]*method, len(r.methods))
	for name, m := range r.methods {
		copied := *m
		if m.feeds != nil {
			copied.feeds = make(map[string]SubscribeFunc, len(m.feeds))
			for kind, feed := range m.feeds {
				copied.feeds[kind] = feed
			}
		}
		methods[name] = &copied
	}
	return methods
}

// namespace returns what stands before the first underscore.
func namespace(method string) string {
	before, _, _ := strings.Cut(method, "_")
	return before
}
