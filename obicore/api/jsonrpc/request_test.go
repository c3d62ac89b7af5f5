package jsonrpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

// stricter lists why the decoder refuses what encoding/json takes.
var stricter = []string{"repeated member", "nested too deeply", "invalid UTF-8", "number too long", "too many members"}

// FuzzRequestDecoder compares the decoder with encoding/json: it accepts nothing that is no JSON, refuses nothing else
// without one of its own reasons, and the parts that it cuts out are those that encoding/json finds.
func FuzzRequestDecoder(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"0x00"},"latest"]}`,
		`[{"jsonrpc":"2.0","id":"a","method":"m"},{"jsonrpc":"2.0","method":"n","params":{}},7]`,
		`{"a":1,"\u0061":2}`, `[1e5,-0.1E+2,true,null,"\ud800"]`, `[[[[[[[[]]]]]]]]`, "\"\xff\"",
	} {
		f.Add([]byte(seed))
	}
	limits := Limits{MaxDepth: 8, MaxBatchItems: 8}
	f.Fuzz(func(t *testing.T, body []byte) {
		m, err := decode(body, &limits)
		if err != nil {
			checkRefusal(t, body, err)
			return
		}
		if !json.Valid(body) {
			t.Fatalf("accepted %q", body)
		}
		values := []json.RawMessage{body}
		if m.batch {
			values = nil
			if err := json.Unmarshal(body, &values); err != nil {
				t.Fatal(err)
			}
		}
		if len(values) != len(m.requests) {
			t.Fatalf("%d requests in %q", len(m.requests), body)
		}
		for i, r := range m.requests {
			checkRequest(t, values[i], r)
		}
	})
}

func checkRefusal(t *testing.T, body []byte, err error) {
	t.Helper()
	var refusal *Error
	if !errors.As(err, &refusal) {
		t.Fatalf("error without a code: %v", err)
	}
	if refusal.Code != ParseError || !json.Valid(body) {
		return
	}
	for _, reason := range stricter {
		if strings.Contains(refusal.Message, reason) {
			return
		}
	}
	t.Fatalf("refused %q: %v", body, err)
}

func checkRequest(t *testing.T, value json.RawMessage, r *request) {
	t.Helper()
	if r.fault != nil {
		return
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(value, &members); err != nil {
		t.Fatalf("no object: %q", value)
	}
	var method string
	if err := json.Unmarshal(members["method"], &method); err != nil || method != string(r.method) {
		t.Fatalf("method %q of %q: %v", r.method, value, err)
	}
	if !bytes.Equal(members["id"], r.id) {
		t.Fatalf("id %q of %q", r.id, value)
	}
	var items []json.RawMessage
	if raw := members["params"]; raw != nil {
		if err := json.Unmarshal(raw, &items); err != nil {
			t.Fatalf("params of %q: %v", value, err)
		}
	}
	if len(items) != r.params.Len() {
		t.Fatalf("%d params of %q", r.params.Len(), value)
	}
	for i, item := range items {
		if !bytes.Equal(item, r.params.Raw(i)) {
			t.Fatalf("param %d of %q: %q", i, value, r.params.Raw(i))
		}
	}
}

// FuzzErrorText checks that whatever a handler says becomes one JSON string.
func FuzzErrorText(f *testing.F) {
	f.Add("a\"\\\n\x00\x7f\xffé\u2028")
	f.Fuzz(func(t *testing.T, text string) {
		var decoded string
		if err := json.Unmarshal(appendText(nil, text), &decoded); err != nil {
			t.Fatal(err)
		}
		if expected := strings.ToValidUTF8(text, "\uFFFD"); decoded != expected {
			t.Fatalf("%q became %q", text, decoded)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(`{"jsonrpc":"2.0","id":1,"method":"eth_call","params":[{"to":"0x00000000000000000000000000000000000000aa","data":"0x1234"},"latest"]}`)
	limits := DefaultLimits()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := decode(body, &limits); err != nil {
			b.Fatal(err)
		}
	}
}
