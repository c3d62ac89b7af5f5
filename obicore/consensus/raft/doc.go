// Package raft wip
package raft
