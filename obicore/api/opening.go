package api

import (
	"fmt"
	"net/http"
)

// Announce says that a chain will be mounted, and what is being done until then: opening
// a ledger may mean to replay blocks, or to fetch a snapshot from peers. Until it is
// mounted the node lives and is not ready, and who calls is told why.
func (s *Server) Announce(name string, doing func() string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.opening[name] = doing
	if s.first == "" {
		s.first = name
	}
}

// refuse answers a call of a chain that is not mounted.
func (s *Server) refuse(w http.ResponseWriter, name string) {
	s.mutex.RLock()
	doing := s.opening[name]
	s.mutex.RUnlock()
	if doing == nil {
		http.Error(w, fmt.Sprintf("no chain named %q is served here", name), http.StatusNotFound)
		return
	}
	w.Header().Set("Retry-After", "1")
	http.Error(w, fmt.Sprintf("chain %q is not open yet: %s; ask again later", name, doing()), http.StatusServiceUnavailable)
}
