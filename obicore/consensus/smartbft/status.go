package smartbft

import (
	"fmt"
	"strings"
	"time"
)

// waitingFor says why no block is made; the mutex is held.
func (e *engine) waitingFor() string {
	if e.waiting != "" || e.stopped {
		return e.waiting
	}
	now := e.clock.Now()
	if !e.pending || now.Sub(e.moved) < e.timing.complain || now.Sub(e.notified) < e.timing.complain {
		return ""
	}
	if _, member := e.members.number[e.self]; !member {
		return fmt.Sprintf("this node is not one of the %d validators", len(e.members.ids))
	}
	silent := e.silent(now)
	missing := e.members.quorum() - (len(e.members.ids) - len(silent))
	if missing <= 0 {
		return fmt.Sprintf("no decision for %s; the leader of view %d is asked", now.Sub(e.moved).Round(time.Second), e.view)
	}
	return fmt.Sprintf("waiting for %d more of %d validators: %s", missing, len(e.members.ids), strings.Join(silent, ", "))
}

// silent names the validators that have not been heard lately.
func (e *engine) silent(now time.Time) (names []string) {
	for i := range e.members.set.Members {
		id := e.members.set.Members[i].ID
		last, heard := e.heard[id]
		switch quiet := now.Sub(last); {
		case id == e.self || heard && quiet < e.timing.missing:
		case heard:
			names = append(names, fmt.Sprintf("%s not heard for %s", id, quiet.Round(time.Second)))
		default:
			names = append(names, fmt.Sprintf("%s never heard", id))
		}
	}
	return names
}
