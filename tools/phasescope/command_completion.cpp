#include "checks.h"
#include "commands.h"
#include "completion.h"

#include <cstdio>
#include <memory>
#include <string>

namespace phasescope::tool {

void add_completion_command(CLI::App& program, int& exit_code) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      program.add_subcommand("completion", "Print what a shell needs to complete command lines");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(one_of({"bash", "zsh", "fish"}));
  command->footer("Example:\n  source <(phasescope completion bash)");
  command->callback([shell, &program, &exit_code] {
    const std::vector<CompletedCommand> commands = completed_commands(program);
    const std::string name = program.get_name();
    const std::string script = *shell == "bash"  ? bash_completion(name, commands)
                               : *shell == "zsh" ? zsh_completion(name, commands)
                                                 : fish_completion(name, commands);
    std::printf("%s", script.c_str());
    exit_code = 0;
  });
}

}  // namespace phasescope::tool
