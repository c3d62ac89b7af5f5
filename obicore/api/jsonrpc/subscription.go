package jsonrpc

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"runtime/debug"

	"github.com/coder/websocket"
)

// subscription is one running feed of a connection. The outbox's lock guards the second group.
type subscription struct {
	id        string
	namespace string
	stop      func()
	cancel    context.CancelFunc

	announced bool       // the response with the id is queued
	ended     bool       // nothing is to be written any more
	queued    int        // notifications in the outbox or held
	held      []outgoing // notifications that came before the announcement
}

// subscribe starts the feed that the first parameter names.
func (c *connection) subscribe(m *method, params Params) (*subscription, error) {
	var kind string
	if params.Len() == 0 || params.Decode(0, true, &kind) != nil {
		return nil, Errorf(InvalidParams, "expected subscription name as first argument")
	}
	feed := m.feeds[kind]
	if feed == nil {
		return nil, Errorf(MethodNotFound, "no %.64q subscription in %s namespace", kind, namespace(m.name))
	}
	if err := c.reserve(); err != nil {
		return nil, err
	}
	started := false
	defer func() { // also when the feed crashes, which the exchange contains
		if !started {
			c.release()
		}
	}()
	s, err := c.start(namespace(m.name), feed, params.behind(1))
	started = err == nil
	return s, err
}

// reserve counts a subscription before it exists, so that concurrent calls cannot pass a limit together.
func (c *connection) reserve() error {
	limits := &c.server.limits
	c.lock.Lock()
	defer c.lock.Unlock()
	if c.reserved >= limits.MaxSubscriptionsPerConnection {
		return Errorf(LimitExceeded, "too many subscriptions on this connection (limit %d)", limits.MaxSubscriptionsPerConnection)
	}
	if c.server.subscriptions.Add(1) > int64(limits.MaxSubscriptions) {
		c.server.subscriptions.Add(-1)
		return Errorf(LimitExceeded, "too many subscriptions on this server (limit %d)", limits.MaxSubscriptions)
	}
	c.reserved++
	return nil
}

func (c *connection) release() {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.reserved--
	c.server.subscriptions.Add(-1)
}

func (c *connection) start(namespace string, feed SubscribeFunc, params Params) (*subscription, error) {
	id, err := c.server.newID()
	if err != nil {
		return nil, err
	}
	s := &subscription{id: id, namespace: namespace}
	ctx, cancel := context.WithCancel(c.ctx)
	s.cancel = cancel
	started := false
	defer func() {
		if !started {
			cancel()
			c.out.silence(s)
		}
	}()
	s.stop, err = feed(ctx, params, func(result any) error { return c.notify(s, result) })
	if err != nil {
		return nil, err
	}
	started = true
	c.lock.Lock()
	defer c.lock.Unlock()
	c.subscriptions[id] = s
	return s, nil
}

// notify is the Notify of a subscription.
func (c *connection) notify(s *subscription, result any) error {
	if result == any(ErrSlowConsumer) {
		c.fail(closeSlow, "subscription fell behind")
		return ErrSlowConsumer
	}
	encoded, err := appendValue(nil, result)
	if err != nil {
		c.fail(websocket.StatusInternalError, "a notification cannot be encoded")
		return fmt.Errorf("jsonrpc: notification: %w", err)
	}
	if limit := c.server.limits.MaxResultBytes; len(encoded) > limit {
		c.fail(closeSlow, fmt.Sprintf("a notification is too large (limit %d bytes)", limit))
		return fmt.Errorf("jsonrpc: notification: %w", errResponseTooLarge)
	}
	data := make([]byte, 0, len(encoded)+len(s.namespace)+len(s.id)+notificationFrame)
	err = c.out.notify(s, appendNotification(data, s.namespace, s.id, encoded))
	if errors.Is(err, ErrSlowConsumer) {
		c.fail(closeSlow, "notifications are not read fast enough")
	}
	return err
}

// notificationFrame is the length in bytes of a notification without namespace, id and result.
const notificationFrame = len(`{"jsonrpc":"2.0","method":"_subscription","params":{"subscription":"","result":}}`)

// unsubscribe ends the subscription that the first parameter names.
func (c *connection) unsubscribe(namespace string, params Params) (any, error) {
	if err := params.Expect(1, 1); err != nil {
		return nil, err
	}
	var id string
	if err := params.Decode(0, true, &id); err != nil {
		return nil, err
	}
	s := c.remove(id, namespace)
	if s == nil {
		return nil, errNoSubscription
	}
	c.end(s)
	return true, nil
}

// remove takes a subscription out of the map; whoever gets it ends it.
func (c *connection) remove(id, namespace string) *subscription {
	c.lock.Lock()
	defer c.lock.Unlock()
	s := c.subscriptions[id]
	if s == nil || s.namespace != namespace {
		return nil
	}
	delete(c.subscriptions, id)
	return s
}

// discard ends subscriptions whose ids the client will not learn.
func (c *connection) discard(subscriptions []*subscription) {
	for _, s := range subscriptions {
		if c.remove(s.id, s.namespace) != nil {
			c.end(s)
		}
	}
}

// endAll ends every subscription; no call is running any more.
func (c *connection) endAll() {
	c.lock.Lock()
	subscriptions := c.subscriptions
	c.subscriptions = nil
	c.lock.Unlock()
	for _, s := range subscriptions {
		c.end(s)
	}
}

// end ends a subscription that is no longer in the map, hence once only.
func (c *connection) end(s *subscription) {
	c.out.silence(s)
	s.cancel()
	defer c.release()
	defer func() {
		if cause := recover(); cause != nil {
			c.server.logger.Error("subscription crashed at its end", "namespace", s.namespace, "cause", cause, "stack", string(debug.Stack()))
		}
	}()
	if s.stop != nil {
		s.stop()
	}
}

// newID returns 128 random bits as hexadecimal, so that no client can guess another's subscription.
func (s *Server) newID() (string, error) {
	var id [16]byte
	s.lock.Lock()
	defer s.lock.Unlock() // an injected reader need not be safe for concurrent use
	if _, err := io.ReadFull(s.random, id[:]); err != nil {
		return "", fmt.Errorf("jsonrpc: subscription id: %w", err)
	}
	return "0x" + hex.EncodeToString(id[:]), nil
}
