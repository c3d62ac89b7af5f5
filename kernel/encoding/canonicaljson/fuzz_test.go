package canonicaljson_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/canonicaljson"
)

var fuzzSeeds = []string{
	`{"b":[1,2.50,-0,1e21],"a":{"\ud83d\ude00":"\u000f","\ufb33":null}}`, `[true,false,null,""]`, `"\ud800"`, `{"a":1,"a":2}`,
	`9007199254740993`, `295147905179352830000`, `1e-7`, "\"\xff\"", `{"chainId":1,"nested":{"chianId":2}}`, `[1] 2`, `{"pair":[1,2,3]}`,
}

// FuzzCanonical: the form is stable, it is JSON of the same value for encoding/json too, and what encoding/json
// refuses is refused.
func FuzzCanonical(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		form, err := canonicaljson.Canonical(input)
		if err != nil {
			return
		}
		again, err := canonicaljson.Canonical(form)
		if err != nil || !bytes.Equal(again, form) || !canonicaljson.IsCanonical(form) {
			t.Fatalf("%q becomes %q, error %v", form, again, err)
		}
		var before, after any
		if err := errors.Join(json.Unmarshal(input, &before), json.Unmarshal(form, &after)); err != nil {
			t.Fatalf("encoding/json refuses: %v", err)
		}
		if !reflect.DeepEqual(before, after) {
			t.Fatalf("%q has another value than %q", form, input)
		}
	})
}

// FuzzDecode: what is accepted holds nothing that the type does not know, as encoding/json's own check says too.
func FuzzDecode(f *testing.F) {
	for _, seed := range fuzzSeeds {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, input []byte) {
		var got, want settings
		if canonicaljson.Decode(input, &got) != nil {
			return
		}
		form, err := canonicaljson.Canonical(input)
		if err != nil {
			t.Fatal(err)
		}
		decoder := json.NewDecoder(bytes.NewReader(form))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&want); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("got %+v, want %+v", got, want)
		}
	})
}
