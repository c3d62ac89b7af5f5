// Package enginetest runs real engines on scripted hosts in virtual time, for the tests
// of the engines beside it.
//
// A [World] is a network in one process: every node has keys, blocks, a log and a record
// of votes that survive its crashes; links delay, reorder and are cut by the test. It
// checks after every commit that nobody forks, that nothing is ordered twice, and that
// the proof verifies. ENGINE_TRACE prints what the engines say.
//
// It is not the standard's judge: conformance/consensus holds every engine to the same
// rules, while tests here know their engine. Nothing but tests imports it.
package enginetest
