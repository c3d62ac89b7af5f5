// Package tracer turns what happens inside a transaction into the answers of
// the debug methods: struct logs, callTracer, prestateTracer, 4byteTracer and
// noopTracer, in the shapes of go-ethereum 1.17.
//
// It executes nothing and reads no chain: it listens to an execution through
// contract.Trace and reads the state that it is given. It has no scripting.
//
// Invariants:
//   - Tracing changes nothing: state is only read.
//   - The same execution gives the same bytes.
//   - What a trace keeps is bounded by a Budget.
package tracer
