package cli_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
)

func TestAGenesisSaysWhoAdministersItsChain(t *testing.T) {
	const one, two = "0x1111111111111111111111111111111111111111", "0x2222222222222222222222222222222222222222"
	for name, c := range map[string]struct {
		flags []string
		want  []string
	}{
		"nobody":     {nil, []string{}},
		"allocation": {[]string{"--allocate", one + "=1", "--allocate", two + "=1"}, []string{one}},
		"named":      {[]string{"--allocate", one + "=1", "--admin", two}, []string{two}},
		"several":    {[]string{"--admin", two, "--admin", one}, []string{two, one}},
	} {
		home := filepath.Join(t.TempDir(), name)
		created := must(t, append([]string{"genesis", "create", "--home", home}, c.flags...)...)
		file := filepath.Join(home, "genesis.json")
		inspected := decode[struct{ Admin []string }](t, "genesis", "inspect", file)
		if !strings.EqualFold(fmt.Sprint(inspected.Admin), fmt.Sprint(c.want)) {
			t.Errorf("%s: %v, want %v", name, inspected.Admin, c.want)
		}
		for _, text := range []string{created, must(t, "genesis", "inspect", file)} {
			var lines []string
			for line := range strings.Lines(text) {
				if after, found := strings.CutPrefix(line, "admin "); found {
					lines = append(lines, strings.TrimSpace(after))
				}
			}
			if len(c.want) == 0 && !strings.Contains(text, "admin       none: parameters and validators can never change") ||
				len(c.want) > 0 && !strings.EqualFold(fmt.Sprint(lines), fmt.Sprint(c.want)) {
				t.Errorf("%s: %v, want %v\n%s", name, lines, c.want, text)
			}
		}
	}
	refused(t, 1, "CL-GENESIS-001", "--admin", "genesis", "create", "--home", filepath.Join(t.TempDir(), "bad"), "--admin", "0x12")
	if help := must(t, "genesis", "create", "--help"); !strings.Contains(help, "the first one administers the chain unless --admin names who does") {
		t.Errorf("%s", help)
	}
}
