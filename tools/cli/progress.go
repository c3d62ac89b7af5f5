package cli

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// progressBar shows how far a long step has come, on a terminal only.
type progressBar struct {
	t     *terminal
	label string
	shown time.Time
	live  bool
}

// progress starts a bar; it stays silent when the error stream is no terminal.
func (t *terminal) progress(label Text) *progressBar {
	return &progressBar{t: t, label: t.text(label), live: t.output == "text" && isTerminal(t.err)}
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

const barWidth = 30

func (b *progressBar) set(share float64) {
	if !b.live || time.Since(b.shown) < 100*time.Millisecond {
		return
	}
	b.shown = time.Now()
	b.draw(share)
}

func (b *progressBar) draw(share float64) {
	full := int(min(max(share, 0), 1) * barWidth)
	fmt.Fprintf(b.t.err, "\r%-20s [%s%s] %3.0f %%", b.label, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), 100*share)
}

func (b *progressBar) done() {
	if b.live {
		b.draw(1)
		fmt.Fprintln(b.t.err)
	}
}
