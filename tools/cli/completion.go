package cli

import (
	"slices"

	"github.com/spf13/cobra"
)

// translateCompletion finishes the command that the library brings: a group like
// the others, in the language of the person.
func (t *terminal) translateCompletion(root *cobra.Command) {
	i := slices.IndexFunc(root.Commands(), func(c *cobra.Command) bool { return c.Name() == "completion" })
	if i < 0 {
		return
	}
	completion := root.Commands()[i]
	completion.Args, completion.RunE = cobra.ArbitraryArgs, runGroup
	completion.Short = t.text(Text{"write the completion script of a shell", "生成 shell 自动补全脚本"})
	completion.Long = t.text(Text{
		"Writes the script with which a shell completes credible's commands and flags.\nThe help of each shell says how to load it.",
		"生成让 shell 自动补全 credible 命令与选项的脚本。\n各 shell 子命令的帮助说明如何加载。",
	})
	for _, shell := range completion.Commands() {
		if load, known := completionLoads[shell.Name()]; known && t.language == Chinese {
			shell.Short = "生成 " + shell.Name() + " 的自动补全脚本"
			shell.Long = shell.Short + "。\n\n在当前会话中加载：\n\n\t" + load + "\n\n写入 shell 的启动文件后，每个新会话都会加载。"
			if flag := shell.Flags().Lookup("no-descriptions"); flag != nil {
				flag.Usage = "不显示补全说明"
			}
		}
	}
}

// completionLoads are the lines that load the scripts.
var completionLoads = map[string]string{
	"bash":       "source <(credible completion bash)",
	"zsh":        "source <(credible completion zsh)",
	"fish":       "credible completion fish | source",
	"powershell": "credible completion powershell | Out-String | Invoke-Expression",
}
