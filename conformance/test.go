package conformance

import (
	"context"
	"fmt"
	"slices"
)

// Runner is the part of *testing.T that gives subtests; C is *testing.T itself.
type Runner[C any] interface {
	T
	Run(name string, check func(C)) bool
}

// Test runs the rules of a direction as subtests, one for each rule, named like it. From
// a module's test:
//
//	func TestSuiteKeepsTheStandard(t *testing.T) { conformance.Test(t, crypto.Direction(newSuite)) }
func Test[C T](t Runner[C], direction Direction) {
	t.Helper()
	if err := direction.Validate(); err != nil {
		t.Fatalf("%v", err)
	}
	for _, rule := range direction.Rules {
		t.Run(rule.Name, func(t C) {
			t.Helper()
			// A panic of one rule must not end the others.
			if cause := checkContained(t, rule); cause != nil {
				t.Fatalf("%s\npanic: %v", rule.Statement, cause)
			}
		})
	}
}

func checkContained(t T, rule Rule) (cause any) {
	defer func() { cause = recover() }()
	rule.Check(t)
	return nil
}

// Refute proves that every rule can fail: broken has, for each rule of the sound
// direction, the direction of an implementation that breaks this rule. The rule must
// pass for the sound one and fail, by its own verdict and not by a panic, for the
// broken one.
func Refute[C T](t Runner[C], sound Direction, broken map[string]Direction) {
	t.Helper()
	names := make([]string, 0, len(broken))
	for name := range broken {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if _, ok := sound.Rule(name); !ok {
			t.Errorf("a broken implementation is given for %q, which is not a rule", name)
		}
	}
	for _, rule := range sound.Rules {
		t.Run(rule.Name, func(t C) {
			reasons, err := refute(t.Context(), rule, broken[rule.Name])
			if err != nil {
				t.Fatalf("%v", err)
			}
			t.Logf("the broken implementation fails: %s", reasons)
		})
	}
}

func refute(ctx context.Context, rule Rule, broken Direction) (reasons []string, err error) {
	if result := executeRule(ctx, rule); result.Outcome != Passed {
		return nil, fmt.Errorf("conformance: the sound implementation has %s: %v", result.Outcome, result.Reasons)
	}
	brokenRule, ok := broken.Rule(rule.Name)
	if !ok {
		return nil, fmt.Errorf("conformance: no broken implementation shows that rule %q can fail", rule.Name)
	}
	result := executeRule(ctx, brokenRule)
	if result.Outcome != Failed || result.Panicked {
		return nil, fmt.Errorf("conformance: the broken implementation has %s (panic: %t): %v", result.Outcome, result.Panicked, result.Reasons)
	}
	return result.Reasons, nil
}
