package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// Options configure a Server.
type Options struct {
	RPC  jsonrpc.Options
	Port jsonrpc.PortLimits
	Log  *slog.Logger
}

// Server serves chains on one port. Chains come and go while it runs.
type Server struct {
	options Options
	port    *jsonrpc.Port
	metrics *prometheus.Registry
	calls   *prometheus.HistogramVec

	mutex   sync.RWMutex
	chains  map[string]*mounted
	opening map[string]func() string // what is being done for a chain that is announced
	first   string
}

// mounted is a chain with what serves it.
type mounted struct {
	chain   *node.Chain
	handler *jsonrpc.Server
	close   func()
}

// New returns a server without chains.
func New(options Options) *Server {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	s := &Server{options: options, metrics: prometheus.NewRegistry(), chains: make(map[string]*mounted), opening: make(map[string]func() string)}
	s.calls = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "credible", Name: "rpc_seconds", Help: "Duration of JSON-RPC calls.",
		Buckets: prometheus.ExponentialBuckets(0.0001, 4, 9),
	}, []string{"method", "code"})
	s.metrics.MustRegister(s.calls)
	s.port = jsonrpc.NewPort(s.routes(), options.Port, options.Log)
	return s
}

// Mount serves a chain with the methods of registry; close is called when the
// chain is unmounted. The first mounted chain is also served at the root.
func (s *Server) Mount(c *node.Chain, registry *jsonrpc.Registry, closing func()) error {
	options := s.options.RPC
	options.Observe = func(_ context.Context, o jsonrpc.Observation) {
		method := o.Method
		if method == "" {
			method = "unknown"
		}
		s.calls.WithLabelValues(method, strconv.Itoa(o.Code)).Observe(o.Duration.Seconds())
	}
	name := c.Genesis().Name
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.chains[name] != nil {
		return fmt.Errorf("api: a chain named %q is served already", name)
	}
	if err := c.Register(s.metrics); err != nil {
		return err
	}
	delete(s.opening, name)
	s.chains[name] = &mounted{chain: c, handler: jsonrpc.New(registry, options), close: closing}
	if s.first == "" {
		s.first = name
	}
	return nil
}

// Unmount stops serving a chain and waits for its running calls.
func (s *Server) Unmount(name string) error {
	s.mutex.Lock()
	m := s.chains[name]
	delete(s.chains, name)
	s.mutex.Unlock()
	if m == nil {
		return fmt.Errorf("api: no chain named %q is served", name)
	}
	err := m.handler.Close()
	m.close()
	return errors.Join(err, m.chain.Unregister(s.metrics))
}

// Serve accepts connections until Close.
func (s *Server) Serve(listener net.Listener) error { return s.port.Serve(listener) }

// Close stops everything: no new connection, running calls get their grace time.
func (s *Server) Close() error {
	s.mutex.RLock()
	names := make([]string, 0, len(s.chains))
	for name := range s.chains {
		names = append(names, name)
	}
	s.mutex.RUnlock()
	var faults []error
	for _, name := range names {
		faults = append(faults, s.Unmount(name))
	}
	return errors.Join(append(faults, s.port.Close())...)
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, s.firstName()) })
	mux.HandleFunc("/chain/{name}", func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, r.PathValue("name")) })
	mux.Handle("GET /metrics", jsonrpc.GuardHost(s.options.RPC, promhttp.HandlerFor(s.metrics, promhttp.HandlerOpts{})))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { s.health(w, false) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) { s.health(w, true) })
	return mux
}

func (s *Server) firstName() string {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	return s.first
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, name string) {
	s.mutex.RLock()
	m := s.chains[name]
	s.mutex.RUnlock()
	if m == nil {
		s.refuse(w, name)
		return
	}
	m.handler.ServeHTTP(w, r)
}

// healthAnswer is what /healthz and /readyz say of each chain.
type healthAnswer struct {
	Height uint64 `json:"height"`
	Ready  bool   `json:"ready"`
	Halted string `json:"halted,omitempty"`
	Waits  string `json:"waits,omitempty"`
}

// health answers 503 when a chain has stopped, or for readiness when one cannot
// serve yet or there is none.
func (s *Server) health(w http.ResponseWriter, readiness bool) {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	status, answer := http.StatusOK, make(map[string]healthAnswer, len(s.chains))
	for name, m := range s.chains {
		c := m.chain.Condition()
		if c.Halted != "" || readiness && !c.Ready() {
			status = http.StatusServiceUnavailable
		}
		answer[name] = healthAnswer{Height: c.Height, Ready: c.Ready(), Halted: c.Halted, Waits: c.Waiting}
	}
	for name, doing := range s.opening {
		answer[name] = healthAnswer{Waits: doing()}
	}
	if readiness && (len(s.opening) > 0 || len(s.chains) == 0) {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(answer); err != nil {
		s.options.Log.Debug("health answer not written", "reason", err)
	}
}
