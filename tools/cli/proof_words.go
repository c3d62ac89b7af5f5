package cli

import (
	"encoding/hex"
	"time"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/sdk/proof"
)

// assumptions are in words what only a document says.
var assumptions = map[proof.Assumption]Text{
	proof.AssumedValidators: {"nobody vouches for the validator set: whoever made the file may have made the set", "无人担保其验证者集合：制作文件者可能自行制作了该集合"},
	proof.AssumedHeader:     {"nobody decides block 0: only a genesis file says what it is", "第 0 块不由任何人决定：只有创世文件能说明其内容"},
	proof.AssumedRootDelay:  {"the height is right only if the chain's root delay is what the file says", "仅当链的根延迟如文件所写时，高度才正确"},
	proof.AssumedConsensus:  {"a majority has voted, which is enough only if the chain's engine is the one that the file names", "投票者为多数；仅当链的引擎如文件所写时才足够"},
}

// proofReport is the finding as JSON.
type proofReport struct {
	File         string             `json:"file"`
	Chain        chain.Hash         `json:"chain"`
	Height       uint64             `json:"height"` // that the claim is about
	HeaderHeight uint64             `json:"headerHeight"`
	HeaderHash   chain.Hash         `json:"headerHash"`
	Time         time.Time          `json:"time"` // of the header
	Validators   chain.Hash         `json:"validators"`
	Epoch        uint64             `json:"epoch"`
	Assumed      []proof.Assumption `json:"assumed"`
	Entries      []proof.Entry      `json:"entries,omitempty"`
	Transaction  *chain.Hash        `json:"transaction,omitempty"`
	Index        *uint64            `json:"index,omitempty"`
	Sender       *chain.Address     `json:"sender,omitempty"`
	Receipt      *chain.Receipt     `json:"receipt,omitempty"`
}

func newProofReport(path string, f *proof.Finding) proofReport {
	r := proofReport{
		File: path, Chain: f.Chain, Height: f.Height, HeaderHeight: f.Header.Height, HeaderHash: f.Hash, Time: timeOf(f.Header),
		Validators: f.Header.Validators, Epoch: f.Validators.Epoch, Assumed: append([]proof.Assumption{}, f.Assumed...),
	}
	for _, entry := range f.Entries {
		r.Entries = append(r.Entries, proof.Entry{Key: entry.Key.Encode(), Value: entry.Value})
	}
	if of := f.Transaction; of != nil {
		r.Transaction, r.Index, r.Receipt = &of.ID, &of.Index, of.Receipt
		if of.Verified != nil {
			r.Sender = &of.Verified.Sender
		}
	}
	return r
}

func timeOf(h *chain.Header) time.Time { return time.UnixMilli(int64(h.Time)).UTC() }

// showFinding says in words what is proved.
func (t *terminal) showFinding(f *proof.Finding) {
	t.say(Text{"at height %d of chain %s", "在链 %[2]s 的高度 %[1]d："}, f.Height, f.Chain)
	for i := range f.Entries {
		t.showEntry(&f.Entries[i])
	}
	if f.Transaction != nil {
		t.showTransactionFinding(f.Transaction)
	}
	t.say(Text{"decided by validators of epoch %d in header %d\n  hash        %s\n  time        %s\n  validators  %s", "由 epoch %d 的验证者在区块头 %d 中决定\n  哈希        %s\n  时间        %s\n  验证者集合  %s"},
		f.Validators.Epoch, f.Header.Height, f.Hash, timeOf(f.Header).Format(time.DateTime), f.Header.Validators)
}

func (t *terminal) showEntry(entry *chain.Write) {
	owner, absent := checksummed(entry.Key.Owner), len(entry.Value) == 0
	switch {
	case entry.Key.Space == chain.SpaceAccount && absent:
		t.say(Text{"  account %s does not exist", "  账户 %s 不存在"}, owner)
	case entry.Key.Space == chain.SpaceAccount:
		t.showProvedAccount(owner, entry.Value)
	case entry.Key.Space == chain.SpaceStorage && absent:
		t.say(Text{"  slot 0x%x of %s is zero", "  %[2]s 的存储槽 0x%[1]x 为零"}, entry.Key.Subkey, owner)
	case entry.Key.Space == chain.SpaceStorage:
		t.say(Text{"  slot 0x%x of %s has the value 0x%x", "  %[2]s 的存储槽 0x%[1]x 的值为 0x%[3]x"}, entry.Key.Subkey, owner, entry.Value)
	case absent:
		t.say(Text{"  there is no entry 0x%x", "  没有条目 0x%x"}, entry.Key.Encode())
	default:
		t.say(Text{"  entry 0x%x is 0x%x", "  条目 0x%x 的值为 0x%x"}, entry.Key.Encode(), entry.Value)
	}
}

func (t *terminal) showProvedAccount(owner string, value []byte) {
	account, err := chain.DecodeAccount(value)
	if err != nil { // it is proved, whatever it is
		t.say(Text{"  account %s is 0x%s", "  账户 %s 的值为 0x%s"}, owner, hex.EncodeToString(value))
		return
	}
	t.say(Text{"  account %s has balance %s and nonce %d", "  账户 %s 的余额为 %s，nonce 为 %d"}, owner, account.Balance, account.Nonce)
	if !account.CodeHash.IsZero() {
		t.say(Text{"  its code has the hash %s", "  其代码的哈希为 %s"}, account.CodeHash)
	}
}

func (t *terminal) showTransactionFinding(f *proof.TransactionFinding) {
	t.say(Text{"  transaction %s stands at index %d of the block", "  交易 %s 位于区块的第 %d 位（自 0 起）"}, f.ID, f.Index)
	if f.Verified != nil {
		t.say(Text{"  sent by %s with nonce %d", "  由 %s 发送，nonce 为 %d"}, checksummed(f.Verified.Sender), f.Verified.Nonce)
	}
	receipt := f.Receipt
	switch {
	case receipt == nil:
		return
	case receipt.Void():
		t.say(Text{"  it could not start (reason %d) and changed nothing", "  未能开始执行（原因 %d），未作任何更改"}, receipt.Reason)
		return
	case receipt.Status == chain.StatusSucceeded:
		t.say(Text{"  it succeeded with %d gas and %d logs", "  执行成功，消耗 gas %d，日志 %d 条"}, receipt.GasUsed, len(receipt.Logs))
	default:
		t.say(Text{"  it failed with %d gas and %d logs", "  执行失败，消耗 gas %d，日志 %d 条"}, receipt.GasUsed, len(receipt.Logs))
	}
	for i := range receipt.Logs {
		t.say(Text{"  log %d of %s: topics %v, data 0x%x", "  日志 %d，来自 %s：主题 %v，数据 0x%x"}, i, checksummed(receipt.Logs[i].Address), receipt.Logs[i].Topics, receipt.Logs[i].Data)
	}
}
