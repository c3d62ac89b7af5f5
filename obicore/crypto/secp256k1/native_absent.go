//go:build !cgo || !linux

package secp256k1

func fastest() arithmetic { return portable{} }
