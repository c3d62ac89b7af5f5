package network

// Alive reports whether a process lives and is the node of a home.
func Alive(pid int, home string) bool { return alive(pid, home) }
