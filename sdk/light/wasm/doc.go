// Package main is the light client for JavaScript, compiled to WebAssembly:
//
//	GOOS=js GOARCH=wasm go build -o light.wasm ./sdk/light/wasm
//
// With Go's wasm_exec.js loaded, running it defines one global function:
//
//	const client = await credibleLight({
//	  rpc: 'https://node.example:8545',  // any node; it need not be trusted
//	  crypto: 'standard', rootDelay: 2,  // of the genesis file
//	  commitment: 'binary',              // of it too; this when left out
//	  height: 1200, hash: '0x9f…',       // a block that is trusted, or
//	  checkpoint: '0xf9…',               // what client.checkpoint() gave earlier
//	  trustPeriod: 1209600, maxAge: 60,  // seconds; these when left out
//	})
//	await client.update()                // {height, hash, time, epoch, stateRoot, stateHeight, fresh}
//	await client.account('0x70…')        // {height, nonce, balance}, proved; decimal text
//	await client.slot('0xc0…', '0x0…1')  // {height, value}, proved
//	client.checkpoint()                  // what to keep for the next time
//
// Every promise is rejected with an Error whose message says what does not hold. In
// the browser the node must allow the page's origin.
package main
