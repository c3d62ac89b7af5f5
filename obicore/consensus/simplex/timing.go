package simplex

import "time"

// defaultPatience is how long a node waits for a leader when the options say nothing.
const defaultPatience = time.Second

// roundWindow is how many rounds ahead of its own a node looks.
const roundWindow = 10

// timing is what a patience comes to. A node waits forward and propose – together the
// patience – before it votes to leave a round without a block.
type timing struct {
	tick        time.Duration // between two looks at the clock
	forward     time.Duration // quiet time before a node asks for a block
	propose     time.Duration // from there to the empty vote
	settle      time.Duration // a leader's wait for the decision below its block
	decide      time.Duration // the same of those who verify
	rebroadcast time.Duration // of votes after which nothing happens
	lag         time.Duration // behind others, before the host is asked to catch up
	fetch       time.Duration // bound of one catching up
	greet       time.Duration // between two words of where this node stands
	asked       time.Duration // for which the word of another that wants a block counts
	stuck       time.Duration // without a round, before Simplex is started anew
	again       time.Duration // between two starts after a fault
	missing     time.Duration // silence after which a validator counts as missing
}

func timingOf(patience time.Duration) timing {
	if patience == 0 {
		patience = defaultPatience
	}
	unit := max(patience/30, time.Millisecond)
	return timing{
		tick: unit, forward: 10 * unit, propose: 20 * unit, settle: 6 * unit, decide: 10 * unit, rebroadcast: 15 * unit,
		lag: 30 * unit, fetch: 300 * unit, greet: 60 * unit, asked: 60 * unit, stuck: 600 * unit, again: 3 * unit, missing: 180 * unit,
	}
}
