package network

import (
	"io"
	"os"
	"strings"
)

// How a node's log says why it has ended: the first line names the code, the last one
// what to do next.
const (
	errorStart = "error CL-"
	errorEnd   = "  next: "
)

// logTail bounds what is read of a log, in bytes.
const logTail = 16 << 10

// LastLine is what a node's log ends with, for who asks why it does not run: the whole
// error in one line where it ends with one, else its last line.
func (p *Processes) LastLine(node Node) string {
	file, err := os.Open(p.LogFile(node))
	if err != nil {
		return ""
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > logTail {
		if _, err := file.Seek(-logTail, io.SeekEnd); err != nil {
			return ""
		}
	}
	content, err := io.ReadAll(io.LimitReader(file, logTail))
	if err != nil {
		return ""
	}
	return lastWords(strings.Split(strings.TrimRight(string(content), "\n"), "\n"))
}

// lastWords joins the error that lines end with. A reason may have several lines.
func lastWords(lines []string) string {
	last := len(lines) - 1
	for at := last; at >= 0; at-- {
		if at < last && strings.HasPrefix(lines[at], errorEnd) {
			break // what came after that error is no part of it
		}
		if strings.HasPrefix(lines[at], errorStart) {
			words := make([]string, 0, len(lines)-at)
			for _, line := range lines[at:] {
				words = append(words, strings.TrimSpace(line))
			}
			return strings.Join(words, "; ")
		}
	}
	return strings.TrimSpace(lines[last])
}
