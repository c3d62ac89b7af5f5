package jsonrpc

import (
	"net"
	"net/http"
	"strings"
)

// nameList is a set of host names or origins in lower case; "*" stands for all.
type nameList struct {
	all   bool
	names map[string]bool
}

func newNameList(names []string) nameList {
	list := nameList{names: make(map[string]bool, len(names))}
	for _, name := range names {
		list.all = list.all || name == "*"
		list.names[strings.ToLower(strings.TrimSuffix(name, "/"))] = true
	}
	return list
}

func (l nameList) has(name string) bool {
	return l.all || l.names[name] || l.names[strings.ToLower(name)]
}

// GuardHost returns a handler that answers 403 to a Host header that options do not
// allow, as a Server does.
func GuardHost(options Options, next http.Handler) http.Handler {
	hosts := newNameList(options.complete().AllowedHosts)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !hosts.hasHost(r.Host) {
			http.Error(w, errHost.Message, http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hasHost checks a Host header. A page that rebinds its own name to this machine's address sends that name here,
// so a list of names stops it.
func (l nameList) hasHost(host string) bool {
	if l.all {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		if strings.Contains(name, ":") {
			name = "[" + name + "]"
		}
		host = name
	}
	return l.has(strings.TrimSuffix(host, "."))
}

// allowsOrigin checks the Origin header of a browser and answers CORS. A foreign origin is refused and not only left
// without the headers: a page may send a body without content type that needs no preflight.
func (s *Server) allowsOrigin(header http.Header, r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if !s.origins.all {
		header.Add("Vary", "Origin")
	}
	switch {
	case origin == "":
		return true
	case s.origins.all:
		header.Set("Access-Control-Allow-Origin", "*")
		return true
	case s.origins.has(origin):
		header.Set("Access-Control-Allow-Origin", origin)
		return true
	default:
		return false
	}
}

// maxRequestedHeaders bounds the header names of a preflight in bytes.
const maxRequestedHeaders = 1024

// preflight answers a browser that asks what it may send, also from a public page to a private network.
func preflight(w http.ResponseWriter, r *http.Request) {
	header := w.Header()
	header.Set("Allow", allowedMethods)
	header.Set("Access-Control-Allow-Methods", allowedMethods)
	header.Set("Access-Control-Max-Age", "600")
	if wanted := r.Header.Get("Access-Control-Request-Headers"); wanted != "" && len(wanted) <= maxRequestedHeaders {
		header.Set("Access-Control-Allow-Headers", wanted)
		header.Add("Vary", "Access-Control-Request-Headers")
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		header.Set("Access-Control-Allow-Private-Network", "true")
	}
	w.WriteHeader(http.StatusNoContent)
}
