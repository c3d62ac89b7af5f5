// Package repository holds the tests that keep the repository's own promises:
// that every package says what it is and every exported name is documented.
package repository
