// Package security is the seam where policy meets a transaction: admission. It
// fixes the question that a node asks before it pools, proposes or starts a
// transaction; docs/spec/en/security.md is the draft that identity, credentials,
// policies and audit grow into.
package security
