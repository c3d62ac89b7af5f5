// Package network makes and runs the nodes of a network: what `credible network`
// does.
//
// An organisation makes an [Identity] – the keys of one node – and gives only its
// [Record] to others; a genesis is assembled from records. A local network is the
// same with all nodes in one directory and their processes on loopback; its
// [Manifest] says where they are.
//
// It runs no chain itself: each node is a process of the same binary.
package network
