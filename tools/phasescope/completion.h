#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace phasescope::tool {

/// What a shell can offer for one option.
struct CompletedOption {
  std::vector<std::string> names;  ///< -m and --model
  std::string description;
  bool takes_value = false;
  std::vector<std::string> choices;  ///< of the value; empty: a file name, or anything
};

struct CompletedCommand {
  std::string name;
  std::string description;
  std::vector<CompletedOption> options;
  std::vector<std::string> choices;  ///< of its first argument that is no option; empty: a file name
};

/// The commands and options of a program, read from the parser itself, so that they cannot differ from what
/// it accepts. The last entry has no name and holds the options that stand before a command.
std::vector<CompletedCommand> completed_commands(CLI::App& program);

/// Scripts that a shell loads. `program` is the name that is completed.
std::string bash_completion(const std::string& program, const std::vector<CompletedCommand>& commands);
std::string zsh_completion(const std::string& program, const std::vector<CompletedCommand>& commands);
std::string fish_completion(const std::string& program, const std::vector<CompletedCommand>& commands);

}  // namespace phasescope::tool
