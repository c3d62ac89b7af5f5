package cli

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/obicore/crypto/keccak"
	"github.com/credibleledger/credibleledger/obicore/transaction/ethereum"
	"github.com/credibleledger/credibleledger/tools/rpcclient"
)

// sending has the flags of commands that send a transaction.
type sending struct {
	t        *terminal
	client   func() *rpcclient.Client
	keystore *keystore
	from     string
	value    string
	gas      uint64
	nonce    int64
	patience time.Duration
}

func (t *terminal) sendingFlags(command *cobra.Command) *sending {
	s := &sending{t: t, client: t.remote(command), keystore: t.keystoreFlags(command, true)}
	flags := command.Flags()
	flags.StringVar(&s.from, "from", "", t.text(Text{
		"sender: an account of the keystore, or an unlocked one of a development node", "发送方：密钥库账户，或开发节点的已解锁账户",
	}))
	flags.StringVar(&s.value, "value", "0", t.text(Text{"amount to send, such as 1.5ether", "转账金额，如 1.5ether"}))
	flags.Uint64Var(&s.gas, "gas", 0, t.text(Text{"gas limit (default: estimated)", "gas 上限（默认自动估算）"}))
	flags.Int64Var(&s.nonce, "nonce", -1, t.text(Text{"nonce (default: the next one)", "nonce（默认取下一个）"}))
	flags.DurationVar(&s.patience, "timeout", time.Minute, t.text(Text{"how long to wait for the receipt", "等待回执的最长时间"}))
	return s
}

// order is a transaction as a person asks for it.
type order struct {
	to   *chain.Address // nil creates a contract
	data []byte
}

// request is a transaction as JSON-RPC spells it.
type request struct {
	From  string `json:"from"`
	To    string `json:"to,omitempty"`
	Value string `json:"value"`
	Input string `json:"input"`
	Gas   string `json:"gas,omitempty"`
	Nonce string `json:"nonce,omitempty"`
}

// send sends an order, waits for its receipt and returns both ids and outcome.
func (s *sending) send(ctx context.Context, o order) (*receiptReport, error) {
	value, err := parseAmount(s.value)
	if err != nil {
		return nil, argumentProblem(err, Text{"not an amount", "不是有效的金额"})
	}
	client := s.client()
	from, unlocked, err := s.sender(ctx, client)
	if err != nil {
		return nil, err
	}
	r := request{From: from.String(), Value: "0x" + value.Big().Text(16), Input: "0x" + hex.EncodeToString(o.data)}
	if o.to != nil {
		r.To = o.to.String()
	}
	if err := s.complete(ctx, client, &r); err != nil {
		return nil, err
	}
	if unlocked {
		var id string
		if err := client.Call(ctx, &id, "eth_sendTransaction", r); err != nil {
			return nil, revertProblem(err)
		}
		return s.await(ctx, client, id, nil)
	}
	raw, id, err := s.sign(ctx, client, from, o, value, r)
	if err != nil {
		return nil, err
	}
	return s.submit(ctx, client, raw, id)
}

// sender chooses who sends: --from, else the first unlocked account of the node,
// else the only account of the keystore.
func (s *sending) sender(ctx context.Context, client *rpcclient.Client) (from chain.Address, unlocked bool, err error) {
	directory, err := s.keystore.directory()
	if err != nil {
		return from, false, err
	}
	if s.from != "" {
		if from, err = parseAddress(s.from); err != nil {
			return from, false, err
		}
		if _, err := entryOf(directory, from); err == nil {
			return from, false, nil
		}
	}
	var accounts []chain.Address
	if err := client.Call(ctx, &accounts, "eth_accounts"); err != nil {
		return from, false, remoteProblem(err)
	}
	switch {
	case s.from != "" && slices.Contains(accounts, from):
		return from, true, nil
	case s.from == "" && len(accounts) > 0:
		return accounts[0], true, nil
	}
	entries, err := directory.List()
	if err != nil {
		return from, false, keystoreProblem(err)
	}
	if s.from == "" && len(entries) == 1 {
		return entries[0].Address, false, nil
	}
	return from, false, &Problem{
		Code: "CL-SEND-001", What: Text{"nobody here can sign for the sender", "没有可为发送方签名的密钥"},
		Next: Text{"name an account of credible account list with --from, or make one with credible account new", "用 --from 指定 credible account list 中的账户，或用 credible account new 生成"},
	}
}

// complete fills in nonce and gas from the flags or the node.
func (s *sending) complete(ctx context.Context, client *rpcclient.Client, r *request) error {
	if s.nonce >= 0 {
		r.Nonce = quantityOf(uint64(s.nonce))
	} else if err := client.Call(ctx, &r.Nonce, "eth_getTransactionCount", r.From, "pending"); err != nil {
		return remoteProblem(err)
	}
	if s.gas > 0 {
		r.Gas = quantityOf(s.gas)
		return nil
	}
	estimate := *r
	estimate.Nonce = ""
	return revertProblem(client.Call(ctx, &r.Gas, "eth_estimateGas", estimate))
}

func quantityOf(v uint64) string { return "0x" + strconv.FormatUint(v, 16) }

// number asks the node for a quantity.
func number(ctx context.Context, client *rpcclient.Client, method string, parameters ...any) (uint64, error) {
	var text string
	if err := client.Call(ctx, &text, method, parameters...); err != nil {
		return 0, remoteProblem(err)
	}
	return parseQuantity(text)
}

func parseQuantity(text string) (uint64, error) {
	v, err := strconv.ParseUint(strings.TrimPrefix(text, "0x"), 16, 64)
	if err != nil {
		return 0, remoteProblem(fmt.Errorf("%w: %.80q is not a quantity", rpcclient.ErrUnreachable, text))
	}
	return v, nil
}

// sign makes the signed transaction with a key of the keystore.
func (s *sending) sign(ctx context.Context, client *rpcclient.Client, from chain.Address, o order, value chain.Word, r request) (wire []byte, id chain.Hash, err error) {
	t := &ethereum.Transaction{Type: ethereum.TypeDynamicFee, To: o.to, Value: value, Data: o.data}
	var price uint64
	for _, field := range []struct {
		to   *uint64
		from func() (uint64, error)
	}{
		{&t.ChainID, func() (uint64, error) { return number(ctx, client, "eth_chainId") }},
		{&price, func() (uint64, error) { return number(ctx, client, "eth_gasPrice") }},
		{&t.Nonce, func() (uint64, error) { return parseQuantity(r.Nonce) }},
		{&t.Gas, func() (uint64, error) { return parseQuantity(r.Gas) }},
	} {
		if *field.to, err = field.from(); err != nil {
			return nil, id, err
		}
	}
	tip, err := number(ctx, client, "eth_maxPriorityFeePerGas")
	if err != nil {
		return nil, id, err
	}
	t.FeeCap, t.TipCap = chain.WordFromUint64(headroom(price)), chain.WordFromUint64(min(tip, headroom(price)))
	digest, err := s.t.unlock(s.keystore, from)
	if err != nil {
		return nil, id, err
	}
	signed, err := t.Sign(keccak.Keccak256, digest)
	if err != nil {
		return nil, id, argumentProblem(err, Text{"the transaction cannot be signed", "无法签署交易"})
	}
	return signed.Encode(), signed.ID(keccak.Keccak256), nil
}

// headroom doubles a price, so that a base fee that rises does not strand the
// transaction; what is not needed is not paid.
func headroom(price uint64) uint64 {
	if price > math.MaxUint64/2 {
		return math.MaxUint64
	}
	return 2 * price
}

// submit sends a signed transaction and waits: in one call where the node can.
func (s *sending) submit(ctx context.Context, client *rpcclient.Client, wire []byte, id chain.Hash) (*receiptReport, error) {
	text := "0x" + hex.EncodeToString(wire)
	var receipt raw
	wait := min(s.patience, rpcclient.Timeout/2).Milliseconds()
	err := client.Call(ctx, &receipt, "eth_sendRawTransactionSync", text, wait)
	var answer *rpcclient.Error
	var waits error // why it is not included yet
	switch {
	case err == nil && receipt != nil:
		return s.conclude(ctx, client, id.String(), receipt)
	case errors.As(err, &answer) && answer.Code == codeNoMethod:
		err = client.Call(ctx, nil, "eth_sendRawTransaction", text)
	case errors.As(err, &answer) && (answer.Code == codeSyncTimeout || answer.Code == codeSyncQueued):
		waits, err = answer, nil // it is in the pool
	}
	if err != nil {
		return nil, remoteProblem(err)
	}
	return s.await(ctx, client, id.String(), waits)
}

// pollTime is the time between two looks for a receipt.
const pollTime = 100 * time.Millisecond

// await polls for a receipt until it comes or patience ends; waits is what the
// node has said of the delay, if anything.
func (s *sending) await(ctx context.Context, client *rpcclient.Client, id string, waits error) (*receiptReport, error) {
	ctx, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	for {
		var receipt raw
		err := client.Call(ctx, &receipt, "eth_getTransactionReceipt", id)
		if err == nil && receipt != nil {
			return s.conclude(context.WithoutCancel(ctx), client, id, receipt)
		}
		if err != nil && ctx.Err() == nil { // the end of patience says nothing of the node
			waits = err // it may be the moment: a node that starts has no index yet
		}
		select {
		case <-time.After(pollTime):
		case <-ctx.Done():
			why := fmt.Errorf("no receipt in %s", s.patience)
			if waits != nil {
				why = fmt.Errorf("%w: %w", why, waits)
			}
			return nil, &Problem{
				Code: "CL-SEND-002", Why: why, What: Text{"transaction " + id + " is sent but not included yet", "交易 " + id + " 已发送，尚未上链"},
				Next: Text{"credible tx " + id + " shows it later; do not send it again with another nonce", "稍后用 credible tx " + id + " 查看；请勿以其他 nonce 重发"},
			}
		}
	}
}

// receiptReport is the outcome of a sent transaction.
type receiptReport struct {
	Hash    string        `json:"hash"`
	Receipt raw           `json:"receipt"`
	Revert  *revertReport `json:"revert,omitempty"`
	shape   receiptShape
}

// conclude reads a receipt, and looks for the reason when the transaction failed.
func (s *sending) conclude(ctx context.Context, client *rpcclient.Client, id string, receipt raw) (*receiptReport, error) {
	report := &receiptReport{Hash: id, Receipt: receipt}
	if err := json.Unmarshal(receipt, &report.shape); err != nil {
		return nil, remoteProblem(fmt.Errorf("%w: %w", rpcclient.ErrUnreachable, err))
	}
	if report.shape.failed() {
		var transaction raw
		if err := client.Call(ctx, &transaction, "eth_getTransactionByHash", id); err == nil {
			report.Revert = whyFailed(ctx, client, transaction, report.shape.Block, id)
		}
	}
	return report, nil
}

// failed reports whether the transaction ran and was reverted or ended with a fault.
func (r *receiptShape) failed() bool { return r.Status == "0x0" && r.Void == nil }

// finish prints the outcome; a transaction that did not succeed is a problem.
func (t *terminal) finish(report *receiptReport) error {
	err := t.result(report, func() {
		t.say(Text{"transaction  %s", "交易         %s"}, report.Hash)
		t.showReceipt(report.Receipt)
	})
	if err != nil || report.shape.Status == "0x1" {
		return err
	}
	problem := &Problem{
		Code: "CL-SEND-003", What: Text{"the transaction was included and failed", "交易已上链但执行失败"},
		Next: Text{"credible tx " + report.Hash + " shows it; its nonce is spent", "可用 credible tx " + report.Hash + " 查看；该 nonce 已使用"},
	}
	if report.Revert != nil {
		problem.Why = errors.New(report.Revert.String())
	}
	if report.shape.Void != nil {
		problem.Next = Text{"it had no effect; send it again when the cause is mended", "交易未产生任何效果；修正原因后可重新发送"}
	}
	return problem
}
