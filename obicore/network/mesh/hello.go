package mesh

import (
	"fmt"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/encoding/rlp"
	"github.com/credibleledger/credibleledger/kernel/network"
)

// protocolVersion is the version of frames and handshake.
const protocolVersion = 1

// hello is the first frame of each end: the dialling end sends it after the channel's
// handshake, the other answers with its own or with a goodbye.
type hello struct {
	Version  uint64
	Identity chain.Hash // of the chain
	Node     chain.NodeID
	Class    uint64
	Window   uint64 // bytes of credit that the receiver of this hello begins with
	Message  uint64 // bytes of the largest message that this end takes
	Instance uint64 // drawn when the mesh started: tells a restarted node
	// Connection is drawn by the dialling end; the answer repeats it.
	Connection uint64
	// Previous is the connection of this class that the dialling end had last and has
	// no longer; 0 if none, and in the answer.
	Previous uint64
}

func (h *hello) encode() []byte {
	p := rlp.AppendUint64(nil, h.Version)
	p = rlp.AppendBytes(p, h.Identity[:])
	p = rlp.AppendBytes(p, h.Node[:])
	for _, v := range []uint64{h.Class, h.Window, h.Message, h.Instance, h.Connection, h.Previous} {
		p = rlp.AppendUint64(p, v)
	}
	return rlp.AppendList(nil, p)
}

// decodeHello reads what encode writes. Of another version it reads the version only.
func decodeHello(b []byte) (*hello, error) {
	outer := rlp.NewReader(b)
	r, err := outer.List()
	if err == nil {
		err = outer.End()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: hello: %w", errFrame, err)
	}
	h := &hello{}
	if err := h.read(r); err != nil {
		return nil, fmt.Errorf("%w: hello: %w", errFrame, err)
	}
	return h, nil
}

func (h *hello) read(r *rlp.Reader) (err error) {
	if h.Version, err = r.Uint64(); err != nil || h.Version != protocolVersion {
		return err
	}
	if err := r.Fixed(h.Identity[:]); err != nil {
		return err
	}
	if err := r.Fixed(h.Node[:]); err != nil {
		return err
	}
	for _, v := range []*uint64{&h.Class, &h.Window, &h.Message, &h.Instance, &h.Connection, &h.Previous} {
		if *v, err = r.Uint64(); err != nil {
			return err
		}
	}
	return r.End()
}

// check verifies what both ends must agree on.
func (h *hello) check(identity chain.Hash) *farewell {
	switch {
	case h.Version != protocolVersion:
		return &farewell{codeVersion, fmt.Sprintf("protocol version %d is not known to the refusing node, which speaks %d", h.Version, protocolVersion)}
	case h.Identity != identity:
		return &farewell{codeChain, "another chain; the refusing node is on " + identity.String()}
	case h.Class >= uint64(network.Classes) || h.Connection == 0:
		return &farewell{codeProtocol, "hello names no class or no connection"}
	case h.Window < overhead || h.Window > maxWindow || h.Message > h.Window-overhead:
		return &farewell{codeProtocol, "hello has a window that takes no message"}
	}
	return nil
}
