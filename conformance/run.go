package conformance

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"sync"
)

// maxRemarks bounds the remarks, and the reasons, that one rule keeps.
const maxRemarks = 100

// run is the T of Execute.
type run struct {
	ctx    context.Context
	cancel context.CancelFunc
	ended  chan struct{}

	mutex    sync.Mutex
	cleanups []func()
	reasons  []string
	remarks  []string
	failed   bool
	skipped  bool
	panicked bool
}

func newRun(ctx context.Context) *run {
	inner, cancel := context.WithCancel(ctx)
	return &run{ctx: inner, cancel: cancel, ended: make(chan struct{})}
}

func (r *run) Helper() {}

func (r *run) Context() context.Context { return r.ctx }

func (r *run) Logf(format string, arguments ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.remarks = appendBounded(r.remarks, fmt.Sprintf(format, arguments...))
}

func (r *run) Errorf(format string, arguments ...any) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.failed = true
	r.reasons = appendBounded(r.reasons, fmt.Sprintf(format, arguments...))
}

func (r *run) Fatalf(format string, arguments ...any) {
	r.Errorf(format, arguments...)
	runtime.Goexit()
}

func (r *run) Skipf(format string, arguments ...any) {
	r.mutex.Lock()
	r.skipped = true
	r.reasons = appendBounded(r.reasons, fmt.Sprintf(format, arguments...))
	r.mutex.Unlock()
	runtime.Goexit()
}

func (r *run) Cleanup(function func()) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.cleanups = append(r.cleanups, function)
}

func (r *run) TempDir() string {
	folder, err := os.MkdirTemp("", "conformance-")
	if err != nil {
		r.Fatalf("make a temporary folder: %v", err)
	}
	r.Cleanup(func() {
		if err := os.RemoveAll(folder); err != nil {
			r.Errorf("remove the temporary folder: %v", err)
		}
	})
	return folder
}

// cleanUp calls the functions of Cleanup, last first; each is contained.
func (r *run) cleanUp() {
	r.cancel()
	for {
		r.mutex.Lock()
		last := len(r.cleanups) - 1
		if last < 0 {
			r.mutex.Unlock()
			return
		}
		function := r.cleanups[last]
		r.cleanups = r.cleanups[:last]
		r.mutex.Unlock()
		r.callCleanup(function)
	}
}

// callCleanup runs in its own goroutine, so that a Fatalf inside ends only this function.
func (r *run) callCleanup(function func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer r.contain()
		function()
	}()
	<-done
}

func (r *run) recordPanic(reason, stack string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.failed, r.panicked = true, true
	r.reasons = appendBounded(r.reasons, reason)
	r.remarks = appendBounded(r.remarks, stack)
}

// fill writes what is known at this moment into the result.
func (r *run) fill(result *Result) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	result.Reasons = append([]string(nil), r.reasons...)
	result.Remarks = append([]string(nil), r.remarks...)
	result.Panicked = r.panicked
	finished := false
	select {
	case <-r.ended:
		finished = true
	default:
	}
	switch {
	case r.failed:
		result.Outcome = Failed
	case !finished:
		result.Outcome = Unfinished
		result.Reasons = append(result.Reasons, "the check did not end in time")
	case r.skipped:
		result.Outcome = NotApplicable
	default:
		result.Outcome = Passed
	}
}

func appendBounded(list []string, text string) []string {
	if len(list) == maxRemarks {
		return list
	}
	if len(list) == maxRemarks-1 {
		text = "(more are left out)"
	}
	return append(list, text)
}
