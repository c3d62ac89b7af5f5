//go:build !(js && wasm)

package main

import "fmt"

func main() { fmt.Println("built for JavaScript only: GOOS=js GOARCH=wasm go build ./sdk/light/wasm") }
