package bench

import (
	"slices"
	"time"
)

// Latency is a distribution of waiting times, in milliseconds.
type Latency struct {
	From   string  `json:"from"` // what is measured
	Median float64 `json:"p50"`
	P90    float64 `json:"p90"`
	P99    float64 `json:"p99"`
	P999   float64 `json:"p999"`
	Most   float64 `json:"max"`
	Count  int     `json:"count"`
}

// newLatency describes waiting times, which it sorts.
func newLatency(from string, times []time.Duration) *Latency {
	if len(times) == 0 {
		return nil
	}
	slices.Sort(times)
	at := func(share float64) float64 {
		return milliseconds(times[min(len(times)-1, int(share*float64(len(times))))])
	}
	return &Latency{From: from, Median: at(0.5), P90: at(0.9), P99: at(0.99), P999: at(0.999), Most: at(1), Count: len(times)}
}

func milliseconds(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}

// Second is what happened in one second of a run.
type Second struct {
	Included int     `json:"included"`
	Median   float64 `json:"p50"` // of those included in it, in milliseconds
	P99      float64 `json:"p99"`
}

// timeline sorts transactions into the seconds in which they were done.
func timeline(began time.Duration, done, waited []time.Duration) (seconds []Second) {
	var of [][]time.Duration
	for i, at := range done {
		second := int((at - began) / time.Second)
		for len(of) <= second {
			of = append(of, nil)
		}
		if second >= 0 {
			of[second] = append(of[second], waited[i])
		}
	}
	for _, times := range of {
		s := Second{Included: len(times)}
		if l := newLatency("", times); l != nil {
			s.Median, s.P99 = l.Median, l.P99
		}
		seconds = append(seconds, s)
	}
	return seconds
}
