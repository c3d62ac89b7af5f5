package canonicaljson_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
)

func canonical(t *testing.T, input string) string {
	t.Helper()
	got, err := canonicaljson.Canonical([]byte(input))
	if err != nil {
		t.Fatalf("%q: %v", input, err)
	}
	return string(got)
}

func TestExampleOfRFC8785IsReproduced(t *testing.T) {
	// RFC 8785 §3.2.2 and §3.2.3.
	const input = `{
	  "numbers": [333333333.33333329, 1E30, 4.50,
	              2e-3, 0.000000000000000000000000001],
	  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
	  "literals": [null, true, false]
	}`
	const want = `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
		`"string":"€$\u000f\nA'B\"\\\\\"/"}`
	if got := canonical(t, input); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestMembersAreSortedByUTF16CodeUnits(t *testing.T) {
	// RFC 8785 §3.2.3. Sorting by bytes would put the emoji last.
	const input = `{
	  "\u20ac": "Euro Sign",
	  "\r": "Carriage Return",
	  "\ufb33": "Hebrew Letter Dalet With Dagesh",
	  "1": "One",
	  "\ud83d\ude00": "Emoji: Grinning Face",
	  "\u0080": "Control",
	  "\u00f6": "Latin Small Letter O With Diaeresis"
	}`
	const want = `{"\r":"Carriage Return","1":"One","` + "\u0080" + `":"Control",` +
		`"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign","😀":"Emoji: Grinning Face",` +
		`"` + "\ufb33" + `":"Hebrew Letter Dalet With Dagesh"}`
	if got := canonical(t, input); got != want {
		t.Fatalf("got  %s\nwant %s", got, want)
	}
}

func TestCanonicalFormHasOneSpelling(t *testing.T) {
	cases := []struct{ input, want string }{
		{" \t\r\n null \n", `null`},
		{`{ }`, `{}`},
		{`[ ]`, `[]`},
		{`""`, `""`},
		{`{"b":1,"a":{"d":[{"z":1,"y":2}],"c":3}}`, `{"a":{"c":3,"d":[{"y":2,"z":1}]},"b":1}`},
		{`{"ab":1,"a":2,"":3}`, `{"":3,"a":2,"ab":1}`},
		{`"\u0000\u001F\u007f\b\f\n\r\t\/"`, `"\u0000\u001f` + "\u007f" + `\b\f\n\r\t/"`},
		{`"\u2028\u2029<>&"`, "\"\u2028\u2029<>&\""},
		{`"\uD834\uDD1E \uffff"`, "\"\U0001D11E \uffff\""},
		{`"\u0065\u0301"`, "\"e\u0301\""}, // no Unicode normalisation
	}
	for _, c := range cases {
		if got := canonical(t, c.input); got != c.want {
			t.Errorf("%q: got %q, want %q", c.input, got, c.want)
		}
		if !canonicaljson.IsCanonical([]byte(c.want)) {
			t.Errorf("%q is not recognised as canonical", c.want)
		}
		if c.input != c.want && canonicaljson.IsCanonical([]byte(c.input)) {
			t.Errorf("%q is taken for canonical", c.input)
		}
	}
}

func TestCanonicalNamesTheReasonOfARefusal(t *testing.T) {
	cases := []struct {
		input string
		want  error
	}{
		{``, canonicaljson.ErrSyntax},
		{"\ufeff{}", canonicaljson.ErrSyntax},
		{`{"a":1,}`, canonicaljson.ErrSyntax},
		{`[1,]`, canonicaljson.ErrSyntax},
		{`[1`, canonicaljson.ErrSyntax},
		{`[1 2]`, canonicaljson.ErrSyntax},
		{`{"a"}`, canonicaljson.ErrSyntax},
		{`{"a":}`, canonicaljson.ErrSyntax},
		{`{a:1}`, canonicaljson.ErrSyntax},
		{`tru`, canonicaljson.ErrSyntax},
		{`'a'`, canonicaljson.ErrSyntax},
		{`// comment`, canonicaljson.ErrSyntax},
		{"\"\n\"", canonicaljson.ErrSyntax},
		{`"open`, canonicaljson.ErrSyntax},
		{`"\x41"`, canonicaljson.ErrSyntax},
		{`"\u00g0"`, canonicaljson.ErrSyntax},
		{`"\u00`, canonicaljson.ErrSyntax},
		{`"\`, canonicaljson.ErrSyntax},
		{`NaN`, canonicaljson.ErrSyntax},
		{`Infinity`, canonicaljson.ErrSyntax},
		{`+1`, canonicaljson.ErrSyntax},
		{`.5`, canonicaljson.ErrSyntax},
		{`5.`, canonicaljson.ErrSyntax},
		{`1e`, canonicaljson.ErrSyntax},
		{`-`, canonicaljson.ErrSyntax},
		{`01`, canonicaljson.ErrTrailing},
		{`1 2`, canonicaljson.ErrTrailing},
		{"1\x00", canonicaljson.ErrTrailing},
		{`{"a":1,"a":1}`, canonicaljson.ErrDuplicateName},
		{`{"a":1,"b":2,"\u0061":1}`, canonicaljson.ErrDuplicateName},
		{`[{"x":{"a":1,"a":2}}]`, canonicaljson.ErrDuplicateName},
		{"\"\xff\"", canonicaljson.ErrUnicode},
		{"\"\xc0\xaf\"", canonicaljson.ErrUnicode},
		{"\"\xed\xa0\x80\"", canonicaljson.ErrUnicode},
		{`"\ud800"`, canonicaljson.ErrUnicode},
		{`"\udc00\ud800"`, canonicaljson.ErrUnicode},
		{`"\ud800\u0041"`, canonicaljson.ErrUnicode},
		{`1e400`, canonicaljson.ErrNumber},
		{`9007199254740993`, canonicaljson.ErrNumber},
		{`18446744073709551615`, canonicaljson.ErrNumber},
		{`1000000000000000000000`, canonicaljson.ErrNumber},
		{`0.` + strings.Repeat("1", canonicaljson.MaxNumberLength), canonicaljson.ErrNumber},
		{strings.Repeat("[", canonicaljson.MaxDepth+1), canonicaljson.ErrTooDeep},
		{strings.Repeat(`{"":`, canonicaljson.MaxDepth+1), canonicaljson.ErrTooDeep},
		{strings.Repeat(" ", canonicaljson.MaxSize) + "1", canonicaljson.ErrTooLarge},
		{"[" + strings.Repeat("1e20,", 1_000_000) + "1]", canonicaljson.ErrTooLarge},
	}
	for _, c := range cases {
		_, err := canonicaljson.Canonical([]byte(c.input))
		if !errors.Is(err, c.want) {
			t.Errorf("%.40q: got %v, want %v", c.input, err, c.want)
		}
	}
}

func TestTextsAtTheLimitsAreAccepted(t *testing.T) {
	deepest := strings.Repeat("[", canonicaljson.MaxDepth) + strings.Repeat("]", canonicaljson.MaxDepth)
	if got := canonical(t, deepest); got != deepest {
		t.Error("the deepest text changed")
	}
	longest := `"` + strings.Repeat("a", canonicaljson.MaxSize-2) + `"`
	if got := canonical(t, longest); got != longest {
		t.Error("the longest text changed")
	}
}

func TestErrorsSayLineAndColumn(t *testing.T) {
	_, err := canonicaljson.Canonical([]byte("{\n  \"a\": 1,\n  \"a\": 2\n}"))
	var syntax *canonicaljson.SyntaxError
	if !errors.As(err, &syntax) || syntax.Line != 3 || syntax.Column != 3 {
		t.Fatalf("got %v", err)
	}
}
