// Package network is the seam between a node and its peers. It fixes the few
// names that consensus needs – who a peer is, what kind of traffic a message is –
// so that engines and hosts compile against the standard before the mesh exists;
// docs/spec/network.md is the draft that it grows into.
//
// It is not a transport.
package network
