// Package testbuild makes the binaries that networks under chaos run: credible, whose
// time of day a test can set for each node, and a newer one that knows a version 2 of
// the rules besides.
package testbuild
