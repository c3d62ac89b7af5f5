// Package obicore is OBICore, the default implementation of the kernel: the
// registry of its modules.
//
// A distribution starts from [Registry], replaces what it wants to replace and
// gives the result to node.Open. This package and the mains of distributions are
// the only places where several modules meet.
package obicore
