// Package executable builds the command `credible` for tests that run real processes:
// once for a package's tests, and removes it after them. CREDIBLE names one that is
// built already.
//
// A package that uses it begins with
//
//	func TestMain(m *testing.M) { executable.Main(m) }
package executable
