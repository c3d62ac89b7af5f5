package hugepages

import (
	"bytes"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The heap that is asked for, in bytes: most is what a node's takes at ordinary sizes, and
// a share of the machine's memory so that no kernel refuses it.
const (
	most       = 512 << 20
	shareOfRAM = 8
	leastLimit = 4 * most // of the process's memory: below, none is set aside
)

const settings = "/sys/kernel/mm/transparent_hugepage/"

// ask asks for huge pages behind the next part of the heap and returns its size in bytes, 0
// where it does not.
func ask() int {
	page, wanted := pageSize(), size()
	if raceEnabled || page == 0 || wanted < 2*page {
		return 0
	}
	advised := advise(wanted, page)
	runtime.GC() // what was set aside is free again, and nobody has touched it
	return advised
}

// advise takes a part of the heap, which is free again afterwards: what the kernel was told
// holds for its addresses.
//
//go:noinline
func advise(size, page int) int {
	part := make([]byte, size)
	skip := (page - int(uintptr(unsafe.Pointer(unsafe.SliceData(part)))%uintptr(page))) % page //nolint:gosec // where the part begins, nothing else
	whole := part[skip : skip+(size-skip)/page*page]
	if unix.Madvise(whole, unix.MADV_HUGEPAGE) != nil {
		return 0
	}
	return len(whole)
}

func back(region []byte) {
	if page := pageSize(); page > 0 && len(region) >= page {
		_ = unix.Madvise(region, unix.MADV_HUGEPAGE) // a kernel that refuses gives others
	}
}

// pageSize is that of huge pages, 0 where the kernel gives none for the asking or gives
// them to everybody.
func pageSize() int {
	if strings.Contains(os.Getenv("GODEBUG"), "disablethp=1") || !strings.Contains(read("enabled"), "[madvise]") {
		return 0
	}
	size, err := strconv.Atoi(read("hpage_pmd_size"))
	if err != nil || size <= 0 || size > most {
		return 0
	}
	return size
}

func read(name string) string {
	content, _ := os.ReadFile(settings + name) // a kernel without it gives no huge pages
	return string(bytes.TrimSpace(content))
}

// size is how much of the heap to ask for, 0 where the process may not have as much.
func size() int {
	var addresses unix.Rlimit
	var machine unix.Sysinfo_t
	if unix.Getrlimit(unix.RLIMIT_AS, &addresses) != nil || addresses.Cur != unix.RLIM_INFINITY || unix.Sysinfo(&machine) != nil {
		return 0
	}
	if limit := debug.SetMemoryLimit(-1); limit < leastLimit || strconv.IntSize < 64 {
		return 0
	}
	if strict, err := os.ReadFile("/proc/sys/vm/overcommit_memory"); err != nil || strings.TrimSpace(string(strict)) == "2" {
		return 0
	}
	ram := uint64(machine.Totalram) * uint64(machine.Unit)
	return int(min(most, ram/shareOfRAM, math.MaxInt32)) //nolint:gosec // bounded
}
