package bench

import "time"

// GeneratorName is the name of the process that makes the load, in a report's usage.
const GeneratorName = "generator"

// Usage is what a process has used while a run was measured.
type Usage struct {
	Name    string  `json:"name"`
	PID     int     `json:"pid"`
	CPU     float64 `json:"cpuSeconds"`
	Cores   float64 `json:"cores"`        // CPU over the time of the run
	Memory  uint64  `json:"rssBytes"`     // at the end
	Written uint64  `json:"writtenBytes"` // to disks
}

// reading of a process's counters.
type counters struct {
	cpu     time.Duration
	memory  uint64
	written uint64
}

// process is one whose usage is watched.
type process struct {
	name  string
	pid   int
	began counters
}

// usage returns what a process has used since it was first looked at.
func (p *process) usage(took time.Duration) (u Usage, ok bool) {
	now, err := readCounters(p.pid)
	if err != nil {
		return u, false
	}
	cpu := (now.cpu - p.began.cpu).Seconds()
	u = Usage{Name: p.name, PID: p.pid, CPU: cpu, Cores: cpu / took.Seconds(), Memory: now.memory, Written: now.written - p.began.written}
	return u, true
}
