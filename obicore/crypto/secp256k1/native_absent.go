//go:build !cgo

package secp256k1

func fastest() arithmetic { return portable{} }
