package cli

import (
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/credibleledger/credibleledger/obicore/node"
	"github.com/credibleledger/credibleledger/tools/network"
)

// reloadOnSignal reads the peers of the configuration file again whenever the
// system's reload signal comes, so that a node learns of others without a restart.
// The returned function ends it.
func (t *terminal) reloadOnSignal(home string, running *node.Chain, log *slog.Logger) (stop func()) {
	if len(reloadSignals) == 0 {
		return func() {}
	}
	signals, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(signals, reloadSignals...)
	go func() {
		defer close(done)
		for range signals {
			if err := t.reload(home, running); err != nil {
				log.Error("the peers were not read again; those from before stay", "reason", err)
				continue
			}
			log.Info("peers read again")
		}
	}()
	return func() {
		signal.Stop(signals)
		close(signals)
		<-done
	}
}

func (t *terminal) reload(home string, running *node.Chain) error {
	settings, err := readConfiguration(filepath.Join(home, network.ConfigurationFile))
	if err != nil {
		return err
	}
	return running.SetPeers(network.Peers(settings), network.Cut(settings))
}
