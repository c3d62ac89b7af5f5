package quantity_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/api/quantity"
)

// FuzzBytesList compares lists of data with what package json makes of them.
func FuzzBytesList(f *testing.F) {
	for _, text := range []string{
		`[]`, ` [ ] `, `null`, `["0x"]`, `["0x01","0xab"]`, "[ \"0x01\" ,\n\t\"0xab\" ]", `["0x01",]`, `["0x01" "0x02"]`, `["0x0"]`, `["01"]`, `[1]`,
		`["0x01",null]`, `["0x\u0030"]`, `["0x01\"","0x02"]`, `[["0x01"]]`, `{"0x01":1}`, `"0x01"`, `["0x01"]]`, `["0X01"]`, `["0x01"`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want []quantity.Bytes
		wantErr := json.Unmarshal(text, &want)
		var got quantity.BytesList
		err := json.Unmarshal(text, &got)
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("%q: %v, want %v", text, err, wantErr)
		}
		if err == nil && len(want) > 0 && !reflect.DeepEqual([]quantity.Bytes(got), want) {
			t.Fatalf("%q: %v, want %v", text, got, want)
		}
	})
}
