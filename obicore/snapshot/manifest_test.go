package snapshot_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"testing"

	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
)

// sealed adds the checksum to a manifest's list.
func sealed(list []byte) []byte {
	return binary.LittleEndian.AppendUint32(bytes.Clone(list), crc32.Checksum(list, crc32.MakeTable(crc32.Castagnoli)))
}

func TestAManifestOfAnotherFormatIsForeign(t *testing.T) {
	list := rlp.AppendList(nil, rlp.AppendBytes(nil, []byte("credibleledger/snapshot/2")))
	if _, err := snapshot.DecodeManifest(sealed(list)); !errors.Is(err, snapshot.ErrForeign) {
		t.Fatal(err)
	}
	if _, err := snapshot.DecodeManifest(list); !errors.Is(err, snapshot.ErrFault) {
		t.Fatal(err)
	}
}

func FuzzDecodeManifest(f *testing.F) {
	f.Add([]byte{0xc0})
	f.Add(rlp.AppendList(nil, rlp.AppendBytes(nil, []byte(snapshot.Format))))
	f.Fuzz(func(t *testing.T, list []byte) {
		m, err := snapshot.DecodeManifest(sealed(list))
		if err == nil && !bytes.Equal(m.Encode(), sealed(list)) {
			t.Fatalf("%x is read as %+v", list, m)
		}
	})
}

func FuzzDecodeRecords(f *testing.F) {
	for _, record := range snapshot.SampleRecords() {
		f.Add(record)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		for kind, again := range snapshot.DecodeRecords(record) {
			if !bytes.Equal(again, record) {
				t.Fatalf("%x is read as %s %x", record, kind, again)
			}
		}
	})
}
