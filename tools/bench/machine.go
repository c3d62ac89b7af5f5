package bench

import (
	"os"
	"runtime"
	"strings"
)

func selfPID() int { return os.Getpid() }

// machine names the processor, where the system tells.
func machine() string {
	name := runtime.GOOS + "/" + runtime.GOARCH
	content, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return name
	}
	for line := range strings.Lines(string(content)) {
		if key, value, found := strings.Cut(line, ":"); found && strings.TrimSpace(key) == "model name" {
			return name + ", " + strings.TrimSpace(value)
		}
	}
	return name
}
