package hugepages_test

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
	"unsafe"

	"github.com/credibleledger/credibleledger/internal/hugepages"
)

// flagsAt returns the flags of the mapping that an address of this process stands in (proc(5), VmFlags).
func flagsAt(t *testing.T, address uintptr) string {
	t.Helper()
	content, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(content)) {
		var from, to uintptr
		if n, _ := fmt.Sscanf(line, "%x-%x ", &from, &to); n == 2 {
			inside = from <= address && address < to
		}
		if flags, ok := strings.CutPrefix(line, "VmFlags:"); ok && inside {
			return flags
		}
	}
	t.Fatalf("no mapping holds %x", address)
	return ""
}

func TestTheHeapIsAdvisedWhereTheKernelGivesHugePagesForTheAsking(t *testing.T) {
	setting, err := os.ReadFile("/sys/kernel/mm/transparent_hugepage/enabled")
	advised := hugepages.Ask()
	t.Logf("%d MiB of the heap are advised; the kernel's setting: %s %v", advised>>20, setting, err)
	if err != nil || !strings.Contains(string(setting), "[madvise]") {
		if advised != 0 {
			t.Error("the kernel gives no huge pages for the asking")
		}
		return
	}
	if advised == 0 {
		return // the race detector, or a process of little memory
	}
	used := make([]byte, advised/4)
	middle := uintptr(unsafe.Pointer(&used[len(used)/2]))
	if flags := flagsAt(t, middle); !strings.Contains(flags, " hg") {
		t.Errorf("memory that is used next has the flags%s", flags)
	}
	runtime.KeepAlive(used)
}

func TestWhatTheEnvironmentSaysIsLeft(t *testing.T) {
	t.Setenv("GODEBUG", "disablethp=1")
	if advised := hugepages.Ask(); advised != 0 {
		t.Errorf("%d bytes", advised)
	}
}

func TestAProcessOfLittleMemorySetsNoneAside(t *testing.T) {
	before := debug.SetMemoryLimit(256 << 20)
	defer debug.SetMemoryLimit(before)
	if advised := hugepages.Ask(); advised != 0 {
		t.Errorf("%d bytes", advised)
	}
}
