// Package configuration is a node's configuration file: TOML, read strictly.
//
// It holds what belongs to one node and may differ between nodes of one chain:
// places, addresses, local limits. What all nodes must agree on is genesis and
// state. An unknown key is an error that names its line and the nearest known
// key, because a misspelled limit must not be ignored.
package configuration
