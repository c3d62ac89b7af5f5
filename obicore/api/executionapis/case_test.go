package executionapis_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// givenCase is one .io file: requests with the responses of a reference client.
type givenCase struct {
	name      string
	shapeOnly bool // the file says that responses are checked for their shape
	exchanges []exchange
}

type exchange struct{ request, response json.RawMessage }

func readCase(t *testing.T, name string, data []byte) givenCase {
	t.Helper()
	c := givenCase{name: name}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		line := lines.Text()
		switch {
		case strings.HasPrefix(line, "//"):
			c.shapeOnly = c.shapeOnly || strings.HasPrefix(strings.TrimSpace(line[2:]), "speconly:")
		case strings.HasPrefix(line, ">> "):
			c.exchanges = append(c.exchanges, exchange{request: json.RawMessage(line[3:])})
		case strings.HasPrefix(line, "<< "):
			c.exchanges[len(c.exchanges)-1].response = json.RawMessage(line[3:])
		}
	}
	if err := lines.Err(); err != nil || len(c.exchanges) == 0 {
		t.Fatalf("%s: no exchange: %v", name, err)
	}
	return c
}
