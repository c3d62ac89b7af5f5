// Package bindings is where go-ethereum's abigen puts the binding of the client
// matrix's token; `go run ./generate` makes it before the tests.
package bindings
