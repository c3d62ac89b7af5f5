package cli

import (
	"errors"
	"fmt"
)

// Problem is an error as a person should see it: what happened, why, and what to
// do next, under a code that never changes.
type Problem struct {
	Code  string // such as "CL-CLI-001"
	What  Text
	Why   error
	Next  Text
	Usage bool // the command was called wrongly
}

// Error implements error in English.
func (p *Problem) Error() string {
	if p.Why == nil {
		return p.Code + ": " + p.What.En
	}
	return fmt.Sprintf("%s: %s: %v", p.Code, p.What.En, p.Why)
}

// Unwrap gives the cause.
func (p *Problem) Unwrap() error { return p.Why }

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

func exitCode(err error) int {
	var problem *Problem
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &problem) && !problem.Usage:
		return exitFailed
	}
	return exitUsage
}

// problemOf gives an error that a command let through the general code.
func problemOf(err error) *Problem {
	var problem *Problem
	if errors.As(err, &problem) {
		return problem
	}
	return &Problem{
		Code: "CL-CLI-000", Usage: true, Why: err,
		What: Text{"the command was not understood", "命令无法识别"},
		Next: Text{"credible help lists the commands, credible COMMAND --help explains one", "credible help 列出全部命令，credible 命令 --help 解释用法"},
	}
}

// misused is the problem of a command that was called wrongly: what is missing or does not
// fit, and what to write instead.
func misused(code string, what, next Text) error {
	return &Problem{Code: code, Usage: true, What: what, Next: next}
}
