package bench

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// ticks is the kernel's USER_HZ, by which /proc counts time.
const ticks = 100

// readCounters reads what /proc says of a process (proc(5)).
func readCounters(pid int) (c counters, err error) {
	folder := filepath.Join("/proc", strconv.Itoa(pid))
	stat, err := os.ReadFile(filepath.Join(folder, "stat"))
	if err != nil {
		return c, err
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // from the third on
	if len(fields) < 22 {
		return c, fmt.Errorf("bench: /proc/%d/stat has %d fields", pid, len(fields))
	}
	user, _ := strconv.ParseUint(fields[11], 10, 64)
	system, _ := strconv.ParseUint(fields[12], 10, 64)
	pages, _ := strconv.ParseUint(fields[21], 10, 64)
	c.cpu = time.Duration(user+system) * time.Second / ticks //nolint:gosec // not so long
	c.memory = pages * uint64(os.Getpagesize())              //nolint:gosec // positive
	io, err := os.ReadFile(filepath.Join(folder, "io"))
	for line := range strings.Lines(string(io)) {
		if text, found := strings.CutPrefix(line, "write_bytes: "); found {
			c.written, err = strconv.ParseUint(strings.TrimSpace(text), 10, 64)
		}
	}
	return c, err
}

// processOf finds the process on this machine that listens where a URL points; 0 when
// there is none that may be looked at.
func processOf(address string) int {
	parsed, err := url.Parse(address)
	if err != nil {
		return 0
	}
	if ip := net.ParseIP(parsed.Hostname()); parsed.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return 0
	}
	port, err := strconv.ParseUint(parsed.Port(), 10, 16)
	if err != nil {
		return 0
	}
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		if inode := listener(table, port); inode != "" {
			return owner("socket:[" + inode + "]")
		}
	}
	return 0
}

// listener returns the inode of the socket that listens on a port.
func listener(table string, port uint64) string {
	const listening = "0A"
	content, err := os.ReadFile(table) //nolint:gosec // one of two names
	if err != nil {
		return ""
	}
	suffix := fmt.Sprintf(":%04X", port)
	for line := range strings.Lines(string(content)) {
		fields := strings.Fields(line)
		if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && fields[3] == listening {
			return fields[9]
		}
	}
	return ""
}

// owner returns the process that has a file open.
func owner(target string) int {
	links, err := filepath.Glob("/proc/[0-9]*/fd/*")
	if err != nil {
		return 0
	}
	for _, link := range links {
		if found, err := os.Readlink(link); err == nil && found == target {
			pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
			return pid
		}
	}
	return 0
}
