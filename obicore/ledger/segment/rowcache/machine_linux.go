package rowcache

import (
	"bytes"
	"math"
	"os"
	"runtime/debug"
	"strconv"

	"golang.org/x/sys/unix"
)

// Where a control group's limit of memory stands, of version 2 and 1, as a container sees it.
var limits = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// machine returns how many bytes of memory this process may use, 0 when it is unknown: the least of what the
// machine has, of its control group's limit and of GOMEMLIMIT.
func machine() int {
	var info unix.Sysinfo_t
	if unix.Sysinfo(&info) != nil {
		return 0
	}
	most := min(uint64(info.Totalram)*uint64(info.Unit), math.MaxInt, uint64(debug.SetMemoryLimit(-1)))
	for _, file := range limits {
		content, _ := os.ReadFile(file) // there is none outside of a container
		if limit, err := strconv.ParseUint(string(bytes.TrimSpace(content)), 10, 64); err == nil {
			most = min(most, limit)
		}
	}
	return int(most)
}
