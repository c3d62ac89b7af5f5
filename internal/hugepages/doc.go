// Package hugepages asks the kernel for huge pages behind the heap of a node, and behind what it maps.
//
// A node's memory is read at random: tables in memory, nodes of the tree, filters. With
// pages of 4 KiB each such look may first cost one into the tables of pages, two of them on
// a virtual machine, and each page that is touched for the first time costs a fault. Linux
// gives huge pages to what asks for them where transparent huge pages are set to madvise,
// as distributions do; Go's runtime leaves the choice to the process.
//
// It does nothing elsewhere, where GODEBUG has disablethp=1, where addresses or memory of the
// process are limited to little, and behind what C allocates. It changes no result.
package hugepages
