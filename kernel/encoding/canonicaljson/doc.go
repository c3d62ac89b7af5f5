// Package canonicaljson writes JSON in the one canonical form of RFC 8785 (JSON Canonicalization Scheme) and decodes
// JSON strictly. A genesis file is hashed in this form; configuration files are decoded with the same strictness.
//
// Canonical form: no white space, members sorted by the UTF-16 code units of their names, the shortest escapes, and
// numbers written as ECMAScript writes an IEEE 754 double.
//
// Invariants:
//   - Canonical is idempotent, and two texts have the same canonical form exactly when they have the same value,
//     numbers being doubles.
//   - What cannot have one meaning is refused: a repeated member name, invalid UTF-8, a lone surrogate, bytes behind
//     the value, a number beyond the range of a double, an integer literal whose digits a double cannot keep.
//   - Nesting, size and the length of a number are limited; memory is proportional to the input.
//   - Decode gives what the canonical form says: the value that a program sees is the value that was hashed.
//
// It is not a general JSON library: it has no encoder from Go values (json.Marshal and Canonical together are one), and
// integers beyond 2^53 belong into strings.
package canonicaljson
