package raft

import "time"

// defaultPatience is how long a follower waits at least for a sign of the leader.
const defaultPatience = time.Second

// beatsOfPatience is how many heartbeats a leader sends in that time.
const beatsOfPatience = 10

// timing are the engine's times, all from the one that an operator sets.
type timing struct {
	patience time.Duration // the lease of a leader; a campaign comes between one and two
	beat     time.Duration // between heartbeats
	again    time.Duration // until something unanswered is said or tried again
	interval time.Duration // between blocks; 0 on demand
}

func timingOf(patience, interval time.Duration) timing {
	if patience == 0 {
		patience = defaultPatience
	}
	return timing{patience: patience, beat: max(patience/beatsOfPatience, time.Millisecond), again: max(patience/4, time.Millisecond), interval: interval}
}

// earliest is the first of times that are set.
func earliest(times ...time.Time) (first time.Time) {
	for _, at := range times {
		if !at.IsZero() && (first.IsZero() || at.Before(first)) {
			first = at
		}
	}
	return first
}
