package cli

import (
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/credibleledger/credibleledger/obicore/node/configuration"
)

func (t *terminal) config() *cobra.Command {
	return t.group("config", Text{"check and show a node's configuration", "检查与显示节点配置"}, t.configCheck, t.configShow)
}

func (t *terminal) configCheck() *cobra.Command {
	return &cobra.Command{
		Use: "check FILE", Args: cobra.ExactArgs(1), Short: t.text(Text{"check a configuration file", "检查配置文件"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			if _, err := readConfiguration(arguments[0]); err != nil {
				return err
			}
			return t.result(map[string]bool{"ok": true}, func() { t.say(Text{"%s is valid", "%s 有效"}, arguments[0]) })
		},
	}
}

func (t *terminal) configShow() *cobra.Command {
	return &cobra.Command{
		Use: "show [FILE]", Args: cobra.MaximumNArgs(1),
		Short: t.text(Text{"show the effective configuration, or the defaults", "显示生效的配置，或默认配置"}),
		RunE: func(_ *cobra.Command, arguments []string) error {
			c := configuration.Default()
			if len(arguments) == 1 {
				var err error
				if c, err = readConfiguration(arguments[0]); err != nil {
					return err
				}
			}
			file, err := c.Encode()
			if err != nil {
				return err
			}
			return t.result(c, func() { t.out.Write(file) }) //nolint:errcheck // the terminal
		},
	}
}

func readConfiguration(path string) (*configuration.Configuration, error) {
	file, err := os.ReadFile(path)
	var c *configuration.Configuration
	if err == nil {
		c, err = configuration.Parse(file)
	}
	if err != nil {
		problem := &Problem{
			Code: "CL-CONFIG-001", Why: err, What: Text{"not a valid configuration file: " + path, "不是有效的配置文件：" + path},
			Next: Text{"mend the file; credible config show prints all keys with their defaults", "请修正文件；credible config show 会列出全部配置项及默认值"},
		}
		if errors.Is(err, os.ErrNotExist) {
			problem.Next = Text{"credible genesis create --home DIR makes a node's files", "可用 credible genesis create --home 目录 生成节点文件"}
		}
		return nil, problem
	}
	return c, nil
}
