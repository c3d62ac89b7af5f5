package simplex

import (
	"fmt"
	"strings"
	"time"
)

// waitingFor says why no block is made; the mutex is held.
func (e *engine) waitingFor() string {
	if e.waiting != "" || e.stopped || e.clock == nil {
		return e.waiting
	}
	now := e.clock.Now()
	if !e.pending || now.Sub(e.moved) < 2*e.timing.propose || now.Sub(e.notified) < 2*e.timing.propose {
		return ""
	}
	if !e.members.has(e.self) {
		return fmt.Sprintf("this node is not one of the %d validators", len(e.members.ids))
	}
	silent := e.silent(now)
	missing := e.members.quorum() - (len(e.members.ids) - len(silent))
	if missing <= 0 {
		return fmt.Sprintf("no decision for %s, in round %d", now.Sub(e.moved).Round(time.Second), e.at)
	}
	return fmt.Sprintf("waiting for %d more of %d validators: %s", missing, len(e.members.ids), strings.Join(silent, ", "))
}

// silent names the validators that have not been heard lately; the mutex is held.
func (e *engine) silent(now time.Time) (names []string) {
	for i := range e.members.set.Members {
		id := e.members.set.Members[i].ID
		last, heard := e.heard[id]
		switch quiet := now.Sub(last.at); {
		case id == e.self || heard && quiet < e.timing.missing:
		case heard:
			names = append(names, fmt.Sprintf("%s not heard for %s", id, quiet.Round(time.Second)))
		default:
			names = append(names, fmt.Sprintf("%s never heard", id))
		}
	}
	return names
}
