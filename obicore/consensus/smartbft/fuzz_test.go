package smartbft

import (
	"context"
	"errors"
	"testing"

	protos "github.com/hyperledger-labs/SmartBFT/smartbftprotos"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/consensus"
	"github.com/credibleledger/credibleledger/obicore/consensus/internal/enginetest"
)

// FuzzReceive gives an engine among others any bytes of a validator; it must take
// them or refuse them, and never end the process.
func FuzzReceive(f *testing.F) {
	for _, m := range []*protos.Message{
		{Content: &protos.Message_Prepare{Prepare: &protos.Prepare{View: 1, Seq: 1, Digest: "d"}}},
		{Content: &protos.Message_ViewChange{ViewChange: &protos.ViewChange{NextView: 1}}},
		{Content: &protos.Message_HeartBeat{HeartBeat: &protos.HeartBeat{View: 1, Seq: 9}}},
		{Content: &protos.Message_Commit{Commit: &protos.Commit{Seq: 1, Signature: &protos.Signature{Signer: 1 << 57, Msg: voted{hash: chain.Hash{1}}.encode()}}}},
		{Content: &protos.Message_PrePrepare{PrePrepare: &protos.PrePrepare{Seq: 1, Proposal: &protos.Proposal{Metadata: metadata{0, 1, 0}.encode()}}}},
		{Content: &protos.Message_NewView{NewView: &protos.NewView{SignedViewData: []*protos.SignedViewData{{}}}}},
		{Content: &protos.Message_StateTransferRequest{StateTransferRequest: &protos.StateTransferRequest{}}},
	} {
		b, err := encodeMessage(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add(encodeDemand(1))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, message []byte) {
		w := enginetest.New(t, fair(1))
		w.Nodes[0].Start()
		defer w.End()
		for n := 1; n < 4; n++ {
			err := w.Nodes[0].Running().Engine.Receive(w.Nodes[n].ID, message)
			if err != nil && !errors.Is(err, consensus.ErrMessage) {
				t.Errorf("refused with %v", err)
			}
		}
		if err := w.Nodes[0].Running().Engine.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
}
