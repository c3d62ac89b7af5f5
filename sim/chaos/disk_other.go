//go:build !linux

package chaos

import "errors"

type disk struct{}

func mountDisk(string) (*disk, error) { return nil, errors.New("only Linux has it") }

func (*disk) fill() error    { return nil }
func (*disk) empty() error   { return nil }
func (*disk) unmount() error { return nil }
