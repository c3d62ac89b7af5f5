// Package contract judges virtual machines of the contract direction: the rules that hold
// for any implementation of kernel/contract.VM.
//
// A VM's bytecode is its own, so a [Subject] brings [Samples]: small programs with the
// behaviours that the rules look at. The rules bring everything else – accounts, block,
// transaction, traces – and a recorder around the state that says what a frame changed.
//
// It is not a test of an instruction set: that two VMs of one kind agree on every
// instruction is for official vectors to show.
//
// Invariants:
//   - The package imports the kernel and conformance, and no implementation.
//   - Random code comes from fixed seeds; a verdict can be had again.
package contract
