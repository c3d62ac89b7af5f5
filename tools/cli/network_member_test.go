package cli_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// english finds words of the English explanation.
var english = regexp.MustCompile(`\b(adds|gives|validator|keys|of|it)\b`)

func TestTheCallOfAMemberIsExplainedInBothLanguages(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	record := write(t, "record.json", must(t, "network", "record", home, "--organisation", "Fifth", "--address", "127.0.0.1:26700"))
	if text := must(t, "network", "member", "add", record); !strings.Contains(text, "it adds validator") || !strings.Contains(text, "of Fifth;") {
		t.Errorf("%s", text)
	}
	chinese := must(t, "--lang", "zh", "network", "member", "add", record)
	first, _, _ := strings.Cut(chinese, "\n")
	if !isChinese(first) || !strings.Contains(first, "加入验证者") || !strings.Contains(first, "Fifth") || english.MatchString(first) {
		t.Errorf("%s", chinese)
	}
	type call struct{ Kind, Change, Validator, Organisation string }
	one := decode[call](t, "network", "member", "add", record)
	other := decode[call](t, "--lang", "zh", "network", "member", "add", record)
	if one.Kind != "add" || one.Organisation != "Fifth" || !strings.Contains(one.Change, one.Validator) || !isChinese(other.Change) {
		t.Errorf("%+v %+v", one, other)
	}
}
