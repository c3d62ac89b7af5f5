// Package chaos tries to break networks of real processes: it kills and freezes them,
// cuts and heals their links, stops and starts them one after the other, makes what
// they say to each other late, vanish or break off, loses their packets, sets their
// clocks, fills a disk, and replaces their binary by a newer one whose rules the chain
// then follows – while clients load them and write down what they were told.
//
// Afterwards the histories must hold: every operation on a register that a client
// was told of fits one order in real time (porcupine), money has only moved, every
// acknowledged transaction stands on every node exactly once, and all nodes have
// the same headers.
//
// It is for tests and runs on loopback only, in network and mount namespaces of its own
// where the system allows that: lost packets and full disks need them.
package chaos
