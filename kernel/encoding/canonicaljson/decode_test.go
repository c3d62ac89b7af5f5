package canonicaljson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
)

type upper string

func (u *upper) UnmarshalText(text []byte) error {
	if strings.ToUpper(string(text)) != string(text) {
		return fmt.Errorf("%q is not in upper case", text)
	}
	*u = upper(text)
	return nil
}

type timing struct {
	BlockTime uint64 `json:"blockTime"`
}

type settings struct {
	timing
	ChainID uint64            `json:"chainId"`
	Name    string            `json:"name,omitempty"`
	Nested  *settings         `json:"nested"`
	List    []settings        `json:"list"`
	Table   map[string]timing `json:"table"`
	Pair    [2]int            `json:"pair"`
	Code    upper             `json:"code"`
	Extra   json.RawMessage   `json:"extra"`
	Any     any               `json:"any"`
	Plain   bool
	Hidden  string `json:"-"`
}

func TestDecodeFillsAStruct(t *testing.T) {
	input := `{"chainId": 1e3, "blockTime": 5, "nested": {"name": "x"}, "list": [{"chainId": 7}], "table": {"a": {"blockTime": 9}},
		"pair": [1, 2], "code": "AB", "extra": {"z": 1, "anything": 2}, "any": {"unknown": true}, "Plain": true}`
	got := settings{Name: "kept"}
	if err := canonicaljson.Decode([]byte(input), &got); err != nil {
		t.Fatal(err)
	}
	if got.ChainID != 1000 || got.BlockTime != 5 || got.Nested.Name != "x" || got.List[0].ChainID != 7 ||
		got.Table["a"].BlockTime != 9 || got.Pair != [2]int{1, 2} || got.Code != "AB" || !got.Plain || got.Name != "kept" {
		t.Errorf("got %+v", got)
	}
	if string(got.Extra) != `{"anything":2,"z":1}` {
		t.Errorf("the raw part is %s", got.Extra)
	}
}

func TestDecodeNamesUnknownFieldsAndTheNearestKnownOne(t *testing.T) {
	cases := []struct{ input, path, field, suggestion string }{
		{`{"chianId": 1}`, "", "chianId", "chainId"},
		{`{"chainid": 1}`, "", "chainid", "chainId"},
		{`{"block_time": 1}`, "", "block_time", "blockTime"},
		{`{"plain": true}`, "", "plain", "Plain"},
		{`{"completelyElse": 1}`, "", "completelyElse", ""},
		{`{"x": 1}`, "", "x", ""},
		{`{"Hidden": "x"}`, "", "Hidden", ""},
		{`{"nested": {"nested": {"nmae": 1}}}`, "nested.nested", "nmae", "name"},
		{`{"list": [{}, {"naem": 1}]}`, "list[1]", "naem", "name"},
		{`{"table": {"a": {"blocktime": 1}}}`, "table.a", "blocktime", "blockTime"},
		{`{"` + strings.Repeat("a", 1_000) + `": 1}`, "", strings.Repeat("a", 1_000), ""},
	}
	for _, c := range cases {
		var got settings
		err := canonicaljson.Decode([]byte(c.input), &got)
		var unknown *canonicaljson.UnknownFieldError
		if !errors.As(err, &unknown) {
			t.Errorf("%.60s: got %v", c.input, err)
			continue
		}
		if unknown.Path != c.path || unknown.Field != c.field || unknown.Suggestion != c.suggestion {
			t.Errorf("%.60s: got %+v", c.input, unknown)
		}
		if len(err.Error()) > 300 || (c.suggestion != "" && !strings.Contains(err.Error(), c.suggestion)) {
			t.Errorf("%.60s: message %s", c.input, err)
		}
	}
}

func TestDecodeRefusesWhatWouldBeDropped(t *testing.T) {
	cases := []struct {
		input string
		want  error
	}{
		{`{"chainId": null}`, canonicaljson.ErrUnfit},
		{`{"nested": {"chainId": null}}`, canonicaljson.ErrUnfit},
		{`null`, canonicaljson.ErrUnfit},
		{`{"pair": [1]}`, canonicaljson.ErrUnfit},
		{`{"pair": [1, 2, 3]}`, canonicaljson.ErrUnfit},
		{`{"chainId": 1, "chainId": 2}`, canonicaljson.ErrDuplicateName},
		{`{} {}`, canonicaljson.ErrTrailing},
	}
	for _, c := range cases {
		var got settings
		if err := canonicaljson.Decode([]byte(c.input), &got); !errors.Is(err, c.want) {
			t.Errorf("%s: got %v, want %v", c.input, err, c.want)
		}
	}
}

func TestDecodeLeavesWrongTypesToTheType(t *testing.T) {
	for _, input := range []string{`{"chainId": "1"}`, `{"chainId": -1}`, `{"list": {}}`, `{"nested": []}`, `{"table": 1}`, `{"code": "ab"}`, `[]`} {
		var got settings
		if err := canonicaljson.Decode([]byte(input), &got); err == nil {
			t.Errorf("%s was accepted", input)
		}
	}
	if err := canonicaljson.Decode([]byte(`{}`), settings{}); err == nil {
		t.Error("a target that is no pointer was accepted")
	}
	if err := canonicaljson.Decode([]byte(`{}`), nil); err == nil {
		t.Error("no target was accepted")
	}
}

// folded is a key that has two spellings.
type folded string

func (f *folded) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		return errors.New("empty key")
	}
	*f = folded(strings.ToLower(string(text)))
	return nil
}

func TestDecodeRefusesTwoSpellingsOfOneMapKey(t *testing.T) {
	var got map[folded]int
	if err := canonicaljson.Decode([]byte(`{"a": 1, "B": 2}`), &got); err != nil || len(got) != 2 {
		t.Errorf("got %v, error %v", got, err)
	}
	if err := canonicaljson.Decode([]byte(`{"ab": 1, "B": 2, "AB": 3}`), &got); !errors.Is(err, canonicaljson.ErrDuplicateName) {
		t.Errorf("got %v", err)
	}
	if err := canonicaljson.Decode([]byte(`{"": 1}`), &got); err == nil {
		t.Error("a key that its type refuses was accepted")
	}
}

func TestDecodeAcceptsNullWhereTheTypeHasIt(t *testing.T) {
	var got settings
	if err := canonicaljson.Decode([]byte(`{"nested": null, "list": null, "table": null, "any": null, "extra": null}`), &got); err != nil {
		t.Fatal(err)
	}
}
