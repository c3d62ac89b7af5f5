package conformance

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// RuleTime bounds one check. It is far above what any rule needs, and catches modules
// that hang.
const RuleTime = 10 * time.Minute

// Execute runs every rule of a direction, one after the other, and returns the report;
// subject names the judged module. A panic of a check counts as a failure. When ctx
// ends, the running and the remaining rules are reported as not finished; a module that
// does not return keeps its goroutine.
//
// A panic in a goroutine that the module has started itself cannot be caught and ends
// the program.
func Execute(ctx context.Context, direction Direction, subject string) Report {
	report := Report{Direction: direction.Name, Version: direction.Version, Subject: subject}
	for _, rule := range direction.Rules {
		report.Results = append(report.Results, executeRule(ctx, rule))
	}
	return report
}

func executeRule(ctx context.Context, rule Rule) Result {
	result := Result{Rule: rule.Name, Statement: rule.Statement}
	if ctx.Err() != nil {
		result.Outcome, result.Reasons = Unfinished, []string{"not started: " + ctx.Err().Error()}
		return result
	}
	limited, cancel := context.WithTimeout(ctx, RuleTime)
	defer cancel()
	start := time.Now()
	run := newRun(limited)
	go run.execute(rule)
	select {
	case <-run.ended:
	case <-limited.Done():
	}
	result.Duration = time.Since(start)
	run.fill(&result)
	return result
}

// execute runs the check in its own goroutine, because Fatalf ends that goroutine.
func (r *run) execute(rule Rule) {
	defer close(r.ended)
	defer r.cleanUp()
	defer r.contain()
	rule.Check(r)
}

// contain turns a panic into a failure.
func (r *run) contain() {
	if cause := recover(); cause != nil {
		r.recordPanic(fmt.Sprintf("panic: %v", cause), string(debug.Stack()))
	}
}
