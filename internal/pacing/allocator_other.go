//go:build !cgo || !linux

package pacing

func oneArena() {}

func trim() {}
