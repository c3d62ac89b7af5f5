package statesync_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/credibleledger/credibleledger/obicore/blocksync"
	"github.com/credibleledger/credibleledger/obicore/dissemination"
	"github.com/credibleledger/credibleledger/obicore/snapshot"
	"github.com/credibleledger/credibleledger/obicore/statesync"
)

type message interface{ Encode() []byte }

func samples() []message {
	request := statesync.Request{Height: 300, Place: snapshot.Place{Section: 4, Index: true, Number: 7}}
	return []message{
		&statesync.Inquiry{}, &statesync.Offers{}, &statesync.Offers{Manifests: [][]byte{{1, 2}, {}}}, &request,
		&statesync.Answer{Request: request, Content: []byte("part")}, &statesync.Answer{Request: request},
	}
}

func TestMessagesAreReadAsTheyWereWrittenAndByNobodyElse(t *testing.T) {
	for _, m := range samples() {
		encoded := m.Encode()
		decoded, err := statesync.Decode(encoded)
		if err != nil || !bytes.Equal(decoded.(message).Encode(), encoded) {
			t.Errorf("%T: %v", m, err)
		}
		if _, err := blocksync.Decode(encoded); !errors.Is(err, blocksync.ErrKind) {
			t.Errorf("%T is one of blocksync: %v", m, err)
		}
		if _, err := dissemination.DecodeBatch(encoded); err == nil {
			t.Errorf("%T is one of dissemination", m)
		}
	}
	for _, m := range []message{&blocksync.Status{Height: 3}, &blocksync.Request{}} {
		if _, err := statesync.Decode(m.Encode()); !errors.Is(err, statesync.ErrKind) {
			t.Errorf("%T: %v", m, err)
		}
	}
}

func TestMessagesBeyondTheLimitsAreRefused(t *testing.T) {
	place := snapshot.Place{Section: snapshot.Sections}
	for name, m := range map[string]message{
		"many offers":  &statesync.Offers{Manifests: make([][]byte, statesync.MaxOffers+1)},
		"large offers": &statesync.Offers{Manifests: [][]byte{make([]byte, statesync.MaxOffersBytes), {1}}},
		"section":      &statesync.Request{Place: place},
		"content":      &statesync.Answer{Content: make([]byte, snapshot.MaxPart+1)},
	} {
		if _, err := statesync.Decode(m.Encode()); !errors.Is(err, statesync.ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, m := range samples() {
		f.Add(m.Encode())
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := statesync.Decode(b)
		if err == nil && !bytes.Equal(m.(message).Encode(), b) {
			t.Errorf("%x is read as %+v", b, m)
		}
		if err != nil && !errors.Is(err, statesync.ErrMessage) && !errors.Is(err, statesync.ErrKind) {
			t.Error(err)
		}
	})
}
