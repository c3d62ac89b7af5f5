package bench

// chinese are the words of reports and pages in Chinese.
var chinese = map[string]string{
	"en":                     "zh",
	"committed a second":     "每秒提交",
	"of the ceiling c/(N·V)": "占上限 c/(N·V) 之比",
	"Looked for afterwards":  "事后核对",
	"found":                  "找到",
	"missing":                "缺失",
	"twice":                  "重复",
	"failed":                 "失败",
	"the sums":               "总额",
	sumsHold:                 "相符",
	"Committed, by second":   "每秒提交数",
	"Latency p50, by second, in milliseconds": "每秒延迟 p50（毫秒）",
	"Latency p99, by second, in milliseconds": "每秒延迟 p99（毫秒）",
	"Latency":                        "延迟",
	"from":                           "起点",
	"max":                            "最大",
	"What it cost":                   "开销",
	"process":                        "进程",
	"cores":                          "核",
	"written MiB":                    "写盘 MiB",
	GeneratorName:                    "负载发生器",
	"Conditions":                     "条件",
	"machine":                        "机器",
	"load":                           "负载",
	closedMode:                       "闭环",
	openMode:                         "开环",
	"a second":                       "每秒",
	"batches of":                     "每批",
	"under way at most":              "在途上限",
	"senders":                        "发送账户",
	"warmed up with":                 "预热交易数",
	generatorHere:                    "与节点同一台机器",
	generatorElsewhere:               "另一台机器",
	"signatures":                     "签名",
	schemeSecp256k1:                  "secp256k1，每个节点都验证",
	schemeSecp256k1Some:              "secp256k1，部分节点验证",
	schemeP256Some:                   "P-256，部分节点验证",
	schemeEd25519Some:                "Ed25519，每 256 个一批，部分节点验证",
	schemeSM2Some:                    "SM2，部分节点验证",
	schemeP256:                       "P-256，每个节点都验证",
	schemeEd25519:                    "Ed25519，256 个一批，每个节点都验证",
	schemeSM2:                        "SM2，每个节点都验证",
	schemeNone:                       "无签名",
	"checks a second on all cores":   "全部核每秒验证",
	"nodes that check each":          "验证每个签名的节点数",
	"committed":                      "提交的含义",
	committedShown:                   "首个节点展示含有该交易的区块",
	committedReceipt:                 "收到交易的节点返回其回执",
	committedAnswer:                  "读到应答；四类查询各占四分之一：余额、nonce、区块、区块回执",
	"chain":                          "链",
	"note":                           "说明",
	"run":                            "运行",
	"sent":                           "已发送",
	"included":                       "已上链",
	"blocks":                         "区块",
	FamilyEthereum:                   "以太坊交易",
	FamilyNative:                     "原生交易",
	"transactions":                   "交易",
	"calls in each":                  "每笔调用数",
	"calls a second":                 "每秒调用",
	"accounts paid":                  "收款账户",
	"signed before the clock starts": "计时之前已签名",
	submissionBatch:                  "每批由多个单笔请求组成",
	submissionTogether:               "每批一次请求，签名一并验证",
	submissionSingle:                 "每笔一次请求",
	fromDue:                          "从应发时刻到提交",
	fromBatch:                        "从其批次发送到提交；全速闭环，反映其队列",
	fromQuestion:                     "从应发时刻到读到应答",
}

// Word returns a word of a report in a language, "en" or "zh".
func Word(language, text string) string {
	if translated, known := chinese[text]; known && language == "zh" {
		return translated
	}
	return text
}

// What stands in reports.
const (
	closedMode          = "closed loop"
	openMode            = "open loop"
	generatorHere       = "the nodes' own machine"
	generatorElsewhere  = "another machine than the nodes'"
	schemeSecp256k1     = "secp256k1, checked by every node"
	schemeP256          = "P-256, checked by every node"
	schemeEd25519       = "Ed25519 in batches of 256, checked by every node"
	schemeSM2           = "SM2, checked by every node"
	schemeSecp256k1Some = "secp256k1, checked by some nodes"
	schemeP256Some      = "P-256, checked by some nodes"
	schemeEd25519Some   = "Ed25519 in batches of 256, checked by some nodes"
	schemeSM2Some       = "SM2, checked by some nodes"
	schemeNone          = "none: nothing is signed"
	committedShown      = "a block that holds the transaction is shown by the first node"
	committedReceipt    = "the node it was sent to answers with its receipt"
	committedAnswer     = "the answer is read; one of four questions each: balance, nonce, block, receipts of a block"
	submissionBatch     = "batches of single calls"
	submissionTogether  = "batches in one call, whose signatures are checked together"
	submissionSingle    = "each in a call of its own"
	fromDue             = "when it is due until it is committed"
	fromBatch           = "when its batch is sent until it is committed; of a closed loop at full speed, whose queues it measures"
	fromQuestion        = "when it is due until the answer is read"
)
