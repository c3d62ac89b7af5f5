// Package sim runs whole nodes in one process, with a network that it owns, to try
// to break them.
//
// A [Cluster] is a network of real nodes – ledger, pool, engine, mesh – over the
// switch in memory. Run inside a testing/synctest bubble its time is virtual: an
// hour of waiting takes as long as the computation in it. What goes wrong is drawn
// from a seed: crashes, restarts, cuts, delays. After every block the invariants
// are checked on every node: one header hash per height, no transaction twice,
// every sum as it must be, every proof good. Where nodes retain few blocks their ledgers
// are pruned, compacted and asked for snapshots meanwhile.
//
// It is for tests; a product does not import it.
package sim
