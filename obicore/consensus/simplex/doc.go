// Package simplex is an experimental second consensus engine for networks whose
// validators do not trust each other.
package simplex
