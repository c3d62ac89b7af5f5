package tracer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/credibleledger/credibleledger/kernel/chain"
	"github.com/credibleledger/credibleledger/kernel/contract"
	"github.com/credibleledger/credibleledger/obicore/execution"
	"github.com/credibleledger/credibleledger/obicore/execution/state"
)

// Scene is where a traced message is executed.
type Scene struct {
	World       *state.State // before the message; read only
	Block       *execution.Block
	Message     *execution.Message
	Precompiles []chain.Address
	FirstLog    int // number of events of the block before the message
}

// Tracer listens to the execution of one message. Begin comes first, then the
// events, then either End or Void, then Result.
type Tracer interface {
	contract.Trace
	// Begin is called before the message changes anything.
	Begin(scene Scene)
	// End is called when the message has been executed and settled.
	End(run *execution.Run)
	// Void is called instead of End when the message could not start.
	Void(refused *execution.InvalidError)
	// Result returns what the client gets; it encodes to JSON.
	Result() any
}

// The names of tracers. Without a name the trace is of struct logs.
const (
	StructLogs = ""
	Calls      = "callTracer"
	Prestate   = "prestateTracer"
	Selectors  = "4byteTracer"
	Nothing    = "noopTracer"
)

// Errors of New and of traces.
var (
	ErrUnknown = errors.New("tracer is not supported")
	ErrConfig  = errors.New("invalid tracer configuration")
	ErrSize    = errors.New("trace is too large")
)

// Budget bounds what one or more traces may keep in memory.
type Budget struct {
	left     int
	spent    bool
	exceeded func(error)
}

// NewBudget returns a budget of about so many bytes of encoded traces. Exceeded
// is called once when they are used up, with an error that wraps ErrSize; from
// then on traces take in nothing.
func NewBudget(bytes int, exceeded func(error)) *Budget {
	return &Budget{left: bytes, exceeded: exceeded}
}

// take reports whether so many bytes more may be kept.
func (b *Budget) take(size int) bool {
	if b.spent {
		return false
	}
	b.left -= size
	if b.left >= 0 {
		return true
	}
	b.spent = true
	b.exceeded(fmt.Errorf("%w: ask for fewer transactions or less of each", ErrSize))
	return false
}

// New returns a tracer. The configuration is the JSON of tracerConfig, of which
// unknown members are refused; struct logs have none and take steps instead.
func New(name string, config json.RawMessage, steps StepOptions, budget *Budget) (Tracer, error) {
	switch name {
	case StructLogs:
		return newSteps(steps, budget), nil
	case Calls:
		var options callOptions
		return newCalls(&options, budget), decode(config, &options)
	case Prestate:
		return newPrestate(config, budget)
	case Selectors:
		return &selectors{found: make(map[string]int), budget: budget}, decode(config, &struct{}{})
	case Nothing:
		return nothing{}, decode(config, &struct{}{})
	}
	return nil, fmt.Errorf("%w: %.100q; there are %s, %s, %s, %s and struct logs", ErrUnknown, name, Calls, Prestate, Selectors, Nothing)
}

// decode reads a tracerConfig strictly.
func decode(config json.RawMessage, into any) error {
	if len(config) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(config))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("%w: %w", ErrConfig, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: more than one value", ErrConfig)
	}
	return nil
}

// nothing is the noopTracer.
type nothing struct{}

func (nothing) Begin(Scene)                        {}
func (nothing) End(*execution.Run)                 {}
func (nothing) Void(*execution.InvalidError)       {}
func (nothing) Enter(contract.Frame)               {}
func (nothing) Exit(int, contract.Outcome, uint64) {}
func (nothing) Step(contract.Step)                 {}
func (nothing) Log(chain.Log)                      {}
func (nothing) Result() any                        { return struct{}{} }
