package cli

import (
	"fmt"

	"github.com/spf13/cobra"
)

// version is --version as a command, for those who know other tools.
func (t *terminal) version() *cobra.Command {
	return &cobra.Command{
		Use: "version", Args: cobra.NoArgs, Short: t.text(Text{"show the version", "显示版本"}),
		RunE: func(*cobra.Command, []string) error {
			return t.result(map[string]string{"version": Version}, func() { fmt.Fprintf(t.out, "credible version %s\n", Version) })
		},
	}
}
