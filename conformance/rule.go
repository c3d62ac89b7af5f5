package conformance

import (
	"context"
	"fmt"
)

// T is what a check reports to. *testing.T implements it. As there, Fatalf and Skipf
// end the check and are called only from the goroutine that runs it; the other methods
// are safe for concurrent use.
type T interface {
	// Helper marks the calling function as one that only reports.
	Helper()
	// Logf records a remark.
	Logf(format string, arguments ...any)
	// Errorf records that the rule does not hold, and goes on.
	Errorf(format string, arguments ...any)
	// Fatalf records that the rule does not hold, and ends the check.
	Fatalf(format string, arguments ...any)
	// Skipf says that the rule does not apply to this implementation, and ends the check.
	Skipf(format string, arguments ...any)
	// Cleanup registers a function to be called when the check has ended, last first.
	Cleanup(function func())
	// TempDir returns a fresh folder that is removed when the check has ended.
	TempDir() string
	// Context is cancelled just before the functions of Cleanup are called.
	Context() context.Context
}

// Rule is one sentence of the standard and the way to check it.
type Rule struct {
	// Name is stable, unique in its direction, and made of lower-case words with hyphens.
	Name string
	// Statement says what holds for every implementation, as a full sentence.
	Statement string
	// Check reports through t whether it holds.
	Check func(t T)
}

// Direction is one direction of the standard, ready to judge one implementation.
type Direction struct {
	// Name is the direction's name, such as "crypto".
	Name string
	// Version is the version of the kernel's standard that the rules are written for.
	Version int
	// Rules in the order in which they are reported.
	Rules []Rule
}

// Rule returns the rule with the given name.
func (d Direction) Rule(name string) (Rule, bool) {
	for _, rule := range d.Rules {
		if rule.Name == name {
			return rule, true
		}
	}
	return Rule{}, false
}

// Validate reports rules without name, statement or check, and names used twice.
func (d Direction) Validate() error {
	seen := make(map[string]bool, len(d.Rules))
	for i, rule := range d.Rules {
		if rule.Name == "" || rule.Statement == "" || rule.Check == nil {
			return fmt.Errorf("conformance: rule %d of %s (%q) is not complete", i, d.Name, rule.Name)
		}
		if seen[rule.Name] {
			return fmt.Errorf("conformance: %s has two rules %q", d.Name, rule.Name)
		}
		seen[rule.Name] = true
	}
	return nil
}
