package cl

import (
	"context"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/network"
	"github.com/credibleledger/credibleledger/obicore/api/jsonrpc"
	"github.com/credibleledger/credibleledger/obicore/api/quantity"
	"github.com/credibleledger/credibleledger/obicore/node"
)

// statusAnswer is how the chain is doing on this node.
type statusAnswer struct {
	Height     quantity.Uint64 `json:"height"`
	Tip        quantity.Uint64 `json:"tip"`
	TipHash    chain.Hash      `json:"tipHash"`
	Role       node.Role       `json:"role"`
	Leader     *chain.NodeID   `json:"leader"`
	View       quantity.Uint64 `json:"view"`
	Epoch      quantity.Uint64 `json:"epoch"`
	Validators int             `json:"validators"`
	Quorum     quantity.Uint64 `json:"quorum"`
	Connected  quantity.Uint64 `json:"connected"`
	Behind     quantity.Uint64 `json:"behind"`
	Ready      bool            `json:"ready"`
	Halted     string          `json:"halted,omitempty"`
	Waiting    string          `json:"waiting,omitempty"`
	Peers      []peerAnswer    `json:"peers"`
}

type peerAnswer struct {
	ID        chain.NodeID `json:"id"`
	Address   string       `json:"address"`
	Connected bool         `json:"connected"`
	Failure   string       `json:"failure,omitempty"`
	RoundTrip float64      `json:"roundTripMilliseconds"`
	Sent      uint64       `json:"bytesSent"`
	Received  uint64       `json:"bytesReceived"`
	Dropped   uint64       `json:"dropped"`
}

func (s *Service) status(context.Context, jsonrpc.Params) (any, error) {
	c := s.chain.Condition()
	answer := statusAnswer{
		Height: quantity.Uint64(c.Height), Tip: quantity.Uint64(c.Tip), TipHash: s.chain.Tip().Hash, Role: c.Role, View: quantity.Uint64(c.View),
		Epoch: quantity.Uint64(c.Epoch), Validators: c.Validators, Quorum: quantity.Uint64(c.Quorum), Connected: quantity.Uint64(c.Connected),
		Behind: quantity.Uint64(c.Behind), Ready: c.Ready(), Halted: c.Halted, Waiting: c.Waiting, Peers: []peerAnswer{},
	}
	if !c.Leader.IsZero() {
		answer.Leader = &c.Leader
	}
	for i := range c.Peers {
		answer.Peers = append(answer.Peers, viewPeer(&c.Peers[i]))
	}
	return answer, nil
}

func viewPeer(p *network.PeerStatus) peerAnswer {
	answer := peerAnswer{
		ID: p.ID, Address: p.Address, Connected: p.Connected(), Failure: p.Failure, RoundTrip: float64(p.RoundTrip.Microseconds()) / 1000,
	}
	for i := range p.Classes {
		answer.Sent += p.Classes[i].BytesSent
		answer.Received += p.Classes[i].BytesReceived
		answer.Dropped += p.Classes[i].Dropped
	}
	return answer
}
