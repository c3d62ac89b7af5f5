package node

import (
	"encoding/hex"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/credibleledger/credibleledger/kernel/network"
)

// networkMetrics are the figures of consensus, pool, mesh and block sync, read when
// they are asked for. Where CometBFT has a figure, its name stands here behind this
// platform's namespace, so that dashboards need one replacement.
type networkMetrics struct{ chain *Chain }

var _ prometheus.Collector = networkMetrics{}

func describe(subsystem, name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(prometheus.BuildFQName("credible", subsystem, name), help, labels, nil)
}

var (
	consensusHeight     = describe("consensus", "height", "Height of the block that is being decided.")
	latestBlockHeight   = describe("consensus", "latest_block_height", "Height of the latest executed block.")
	consensusRounds     = describe("consensus", "rounds", "View or round of the engine.")
	validatorCount      = describe("consensus", "validators", "Validators in the set in force.")
	missingValidators   = describe("consensus", "missing_validators", "Validators of the set that this node does not reach.")
	validatorPower      = describe("consensus", "validator_power", "1 while this node takes part in consensus, else 0.")
	latestTransactions  = describe("consensus", "num_txs", "Transactions of the latest executed block.")
	blockInterval       = describe("consensus", "latest_block_interval_seconds", "Time between the two latest executed blocks, by block time.")
	mempoolSize         = describe("mempool", "size", "Transactions in the pool.")
	mempoolBytes        = describe("mempool", "size_bytes", "Bytes of the transactions in the pool.")
	peerCount           = describe("p2p", "peers", "Connected peers.")
	peerReceived        = describe("p2p", "peer_receive_bytes_total", "Bytes received from a peer.", "peer_id", "class")
	peerSent            = describe("p2p", "peer_send_bytes_total", "Bytes sent to a peer.", "peer_id", "class")
	peerQueued          = describe("p2p", "peer_pending_messages", "Messages that wait to be sent to a peer.", "peer_id", "class")
	peerDropped         = describe("p2p", "peer_dropped_messages_total", "Messages to a peer that were not sent.", "peer_id", "class")
	peerRoundTrip       = describe("p2p", "peer_round_trip_seconds", "Last measured round trip to a peer.", "peer_id")
	blocksyncSyncing    = describe("blocksync", "syncing", "1 while this node is behind its peers, else 0.")
	blocksyncBehind     = describe("blocksync", "blocks_behind", "Blocks that peers have above this node's tip.")
	networkDescriptions = []*prometheus.Desc{
		consensusHeight, latestBlockHeight, consensusRounds, validatorCount, missingValidators, validatorPower, latestTransactions,
		blockInterval, mempoolSize, mempoolBytes, peerCount, peerReceived, peerSent, peerQueued, peerDropped, peerRoundTrip,
		blocksyncSyncing, blocksyncBehind,
	}
)

// Describe implements prometheus.Collector.
func (networkMetrics) Describe(out chan<- *prometheus.Desc) {
	for _, d := range networkDescriptions {
		out <- d
	}
}

// Collect implements prometheus.Collector.
func (m networkMetrics) Collect(out chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	c, head := m.chain.Condition(), m.chain.Head().Header
	gauge(consensusHeight, float64(c.Tip+1))
	gauge(latestBlockHeight, float64(c.Height))
	gauge(consensusRounds, float64(c.View))
	gauge(validatorCount, float64(c.Validators))
	gauge(validatorPower, truth(c.Role != Observer))
	gauge(latestTransactions, float64(head.TransactionCount))
	if parent, err := m.chain.store.Header(max(head.Height, 1) - 1); err == nil {
		gauge(blockInterval, float64(head.Time-parent.Time)/1000)
	}
	pending, queued := m.chain.pool.Count()
	gauge(mempoolSize, float64(pending+queued))
	gauge(mempoolBytes, float64(m.chain.pool.Bytes()))
	gauge(blocksyncSyncing, truth(c.Behind > readyBehind))
	gauge(blocksyncBehind, float64(c.Behind))
	connected, reached := 0, 0
	set := m.chain.deciding()
	for i := range c.Peers {
		peer := &c.Peers[i]
		if peer.Connected() {
			connected++
			if _, member := set.Member(peer.ID); member {
				reached++
			}
		}
		m.collectPeer(out, peer)
	}
	if _, member := set.Member(m.chain.options.Self); member {
		reached++
	}
	gauge(missingValidators, float64(len(set.Members)-reached))
	gauge(peerCount, float64(connected))
}

func (m networkMetrics) collectPeer(out chan<- prometheus.Metric, peer *network.PeerStatus) {
	id := hex.EncodeToString(peer.ID[:8])
	out <- prometheus.MustNewConstMetric(peerRoundTrip, prometheus.GaugeValue, peer.RoundTrip.Seconds(), id)
	for class := range network.Classes {
		s, name := &peer.Classes[class], class.String()
		out <- prometheus.MustNewConstMetric(peerReceived, prometheus.CounterValue, float64(s.BytesReceived), id, name)
		out <- prometheus.MustNewConstMetric(peerSent, prometheus.CounterValue, float64(s.BytesSent), id, name)
		out <- prometheus.MustNewConstMetric(peerQueued, prometheus.GaugeValue, float64(s.Queued), id, name)
		out <- prometheus.MustNewConstMetric(peerDropped, prometheus.CounterValue, float64(s.Dropped), id, name)
	}
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
