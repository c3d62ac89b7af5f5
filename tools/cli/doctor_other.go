//go:build !linux && !darwin

package cli

func openFileLimit() (uint64, bool) { return 0, false }

func freeSpace(string) (uint64, bool) { return 0, false }
