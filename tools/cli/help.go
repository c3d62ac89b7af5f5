package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// group makes a command that only holds others. Without arguments it shows its
// help; a name that it does not hold is an error with the nearest one as advice.
func (t *terminal) group(name string, short Text, children ...func() *cobra.Command) *cobra.Command {
	command := &cobra.Command{
		Use: name, Short: t.text(short), Args: cobra.ArbitraryArgs, SuggestionsMinimumDistance: 2, RunE: runGroup,
	}
	for _, child := range children {
		command.AddCommand(child())
	}
	return command
}

func runGroup(command *cobra.Command, arguments []string) error {
	if len(arguments) == 0 {
		return command.Help()
	}
	return unknownCommand(command, arguments[0])
}

func unknownCommand(parent *cobra.Command, name string) error {
	problem := &Problem{
		Code: "CL-CLI-002", Usage: true,
		What: Text{"unknown command " + parent.CommandPath() + " " + name, "未知命令 " + parent.CommandPath() + " " + name},
		Next: Text{parent.CommandPath() + " --help lists the commands", parent.CommandPath() + " --help 列出全部命令"},
	}
	if near := parent.SuggestionsFor(name); len(near) > 0 {
		choices := strings.Join(near, ", ")
		problem.Next = Text{"did you mean: " + choices, "您是否想输入：" + choices}
	}
	return problem
}

// translate finishes the tree: help and completion, which the library brings in
// English, and the headings of usage texts.
func (t *terminal) translate(root *cobra.Command) {
	root.SetHelpCommand(t.help())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, flag := range []struct {
		name   string
		values []string
	}{{"output", []string{"text", "json"}}, {"lang", []string{"en", "zh"}}} {
		if err := root.RegisterFlagCompletionFunc(flag.name, cobra.FixedCompletions(flag.values, cobra.ShellCompDirectiveNoFileComp)); err != nil {
			continue // completion of the flag's values is all that is lost
		}
	}
	t.translateCompletion(root)
	if t.language != Chinese {
		return
	}
	root.SetUsageTemplate(strings.NewReplacer(
		"Usage:", "用法：", "Aliases:", "别名：", "Examples:", "示例：", "Available Commands:", "可用命令：", "Additional Commands:", "其他命令：",
		"Global Flags:", "全局选项：", "Flags:", "选项：", "Additional help topics:", "更多帮助主题：",
		`Use "{{.CommandPath}} [command] --help" for more information about a command.`, `用 "{{.CommandPath}} [命令] --help" 查看命令的详细说明。`,
		"[command]", "[命令]",
	).Replace(root.UsageTemplate()))
	eachCommand(root, func(c *cobra.Command) { c.Flags().BoolP("help", "h", false, "显示 "+c.Name()+" 的帮助") })
	root.Flags().BoolP("version", "v", false, "显示版本")
}

func eachCommand(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, child := range c.Commands() {
		eachCommand(child, visit)
	}
}

func (t *terminal) help() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: t.text(Text{"explain a command", "显示命令的帮助"}),
		ValidArgsFunction: func(c *cobra.Command, arguments []string, start string) ([]cobra.Completion, cobra.ShellCompDirective) {
			parent, _, err := c.Root().Find(arguments)
			if err != nil {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			var names []cobra.Completion
			for _, child := range parent.Commands() {
				if child.IsAvailableCommand() && strings.HasPrefix(child.Name(), start) {
					names = append(names, cobra.CompletionWithDesc(child.Name(), child.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, arguments []string) error {
			topic, rest, err := c.Root().Find(arguments)
			if err != nil {
				return err
			}
			if len(rest) > 0 && topic.HasSubCommands() {
				return unknownCommand(topic, rest[0])
			}
			topic.InitDefaultHelpFlag()
			topic.InitDefaultVersionFlag()
			return topic.Help()
		},
	}
}
