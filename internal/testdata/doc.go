// Package testdata reads the data files of others (official test vectors) that tests replay.
//
// The files are not part of the repository. They are looked for in the folder that the environment variable
// CREDIBLE_TESTDATA names, or else in ../shared/data beside the repository root (the folder that holds go.mod).
// Where neither exists a test that asks for an archive is skipped with a line that says what it needs; an archive that
// is present but unreadable fails the test, so that a damaged file is never mistaken for a missing one.
//
// It is for tests only: no package of the product imports it.
package testdata
