// Package conformance judges modules: it runs the named rules of one direction of the
// kernel's standard against an implementation and says which hold.
//
// A [Direction] is a list of [Rule]s. Each direction has its own package below this one
// that makes the rules for an implementation, such as conformance/crypto. The same
// rules run in two ways: [Test] gives one subtest per rule inside go test, and
// [Execute] gives a [Report] for the command line. A rule is proved able to fail by
// [Refute], with a deliberately broken implementation for each.
//
// It is not a test framework: a check gets the few methods of [T], which *testing.T
// has too. The package does not import testing, so that the judge can be linked into
// the product.
//
// Invariants:
//   - A rule has a verdict of its own: a failure or a panic of one never hides another.
//   - A report lists every rule, in the order of the direction.
//   - Rules use fixed seeds; a verdict can be had again.
package conformance
