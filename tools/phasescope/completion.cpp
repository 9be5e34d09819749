#include "completion.h"

#include <algorithm>

#include "phasescope/base/error.h"
#include "phasescope/run/validation.h"
#include "phasescope/text/prompt_catalog.h"

namespace phasescope::tool {
namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words, const std::string& separator) {
  return CLI::detail::join(words, separator);
}

/// Shipped names, which no check of an option lists; none where the shipped files are not found.
Words shipped_names(const std::string& command, const CLI::Option& option) {
  Words names;
  try {
    if (option.check_lname("prompts")) {
      for (const text::ShippedPromptSet& set : text::shipped_prompt_sets()) names.push_back(set.name);
    } else if (option.check_lname("schema") || command == "schema") {
      names = run::schema_names();
    }
  } catch (const Error&) {
    names.clear();
  }
  return names;
}

/// What a check made by one_of() lists.
Words checked_choices(CLI::Option& option) {
  try {
    const std::string listed = option.get_validator(0)->get_name();
    return listed.empty() ? Words() : CLI::detail::split(listed, '|');
  } catch (const CLI::OptionNotFound&) {
    return {};
  }
}

Words choices_of(const std::string& command, CLI::Option& option) {
  const Words checked = checked_choices(option);
  return checked.empty() ? shipped_names(command, option) : checked;
}

CompletedOption completed_option(const std::string& command, CLI::Option& option) {
  CompletedOption completed;
  for (const std::string& name : option.get_snames()) completed.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) completed.names.push_back("--" + name);
  completed.description = option.get_description();
  completed.takes_value = option.get_items_expected_max() > 0;
  if (completed.takes_value) completed.choices = choices_of(command, option);
  return completed;
}

CompletedCommand completed_command(CLI::App& app, const std::string& name) {
  CompletedCommand command{name, app.get_description(), {}, {}};
  bool first = true;
  for (CLI::Option* option : app.get_options([](const CLI::Option*) { return true; })) {
    if (!option->get_positional()) {
      command.options.push_back(completed_option(name, *option));
    } else if (first) {
      command.choices = choices_of(name, *option);
      first = false;
    }
  }
  return command;
}

/// Inside single quotes of a POSIX shell and of fish.
std::string quoted(std::string text) {
  std::replace(text.begin(), text.end(), '\'', '"');
  std::replace(text.begin(), text.end(), '\\', '/');
  return "'" + text + "'";
}

/// Texts of zsh's _arguments end at brackets and colons.
std::string zsh_text(std::string text) {
  for (const char special : {'[', ']', ':', '(', ')'}) std::replace(text.begin(), text.end(), special, ' ');
  std::replace(text.begin(), text.end(), '\'', '"');
  return text;
}

Words names_of(const CompletedCommand& command) {
  Words names;
  for (const CompletedOption& option : command.options)
    names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

std::string bash_words(const Words& words) {
  return "COMPREPLY=($(compgen -W " + quoted(joined(words, " ")) + " -- \"$word\"))";
}

/// After an option that takes a value: its choices, or nothing, for which bash offers files.
std::string bash_values(const CompletedCommand& command) {
  std::string cases;
  for (const CompletedOption& option : command.options) {
    if (!option.takes_value) continue;
    Words patterns;
    for (const std::string& name : option.names) patterns.push_back(command.name + ":" + name);
    cases += "    " + joined(patterns, "|") + ") " +
             (option.choices.empty() ? "" : bash_words(option.choices) + "; ") + "return ;;\n";
  }
  return cases;
}

std::string zsh_option(const CompletedOption& option) {
  const std::string value = !option.takes_value      ? ""
                            : option.choices.empty() ? ":value:_files"
                                                     : ":value:(" + joined(option.choices, " ") + ")";
  std::string lines;
  for (const std::string& name : option.names)
    lines += "        '" + name + "[" + zsh_text(option.description) + "]" + value + "' \\\n";
  return lines;
}

std::string fish_option(const std::string& program, const std::string& condition,
                        const CompletedOption& option) {
  std::string line = "complete -c " + program + " -n " + quoted(condition);
  for (const std::string& name : option.names)
    line += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.takes_value)
    line += option.choices.empty() ? " -r" : " -x -a " + quoted(joined(option.choices, " "));
  return line + " -d " + quoted(option.description) + "\n";
}

}  // namespace

std::vector<CompletedCommand> completed_commands(CLI::App& program) {
  std::vector<CompletedCommand> commands;
  for (CLI::App* command : program.get_subcommands([](const CLI::App*) { return true; }))
    commands.push_back(completed_command(*command, command->get_name()));
  commands.push_back(completed_command(program, ""));
  return commands;
}

std::string bash_completion(const std::string& program, const std::vector<CompletedCommand>& commands) {
  Words names;
  std::string values, options, arguments;
  for (const CompletedCommand& command : commands) {
    if (!command.name.empty()) names.push_back(command.name);
    values += bash_values(command);
    options += "      " + (command.name.empty() ? "''" : command.name) + ") " +
               bash_words(names_of(command)) + " ;;\n";
    if (!command.choices.empty())
      arguments += "      " + command.name + ") " + bash_words(command.choices) + " ;;\n";
  }
  arguments += "      '') " + bash_words(names) + " ;;\n";
  return "# Load with: source <(" + program + " completion bash)\n_" + program +
         "() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command= i\n"
         "  COMPREPLY=()\n"
         "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
         "    if [[ ${COMP_WORDS[i]} != -* ]]; then command=${COMP_WORDS[i]}; break; fi\n"
         "  done\n"
         "  case $command:$before in\n" +
         values +
         "  esac\n"
         "  if [[ $word == -* ]]; then\n"
         "    case $command in\n" +
         options +
         "    esac\n"
         "  else\n"
         "    case $command in\n" +
         arguments + "    esac\n  fi\n}\ncomplete -o default -F _" + program + " " + program + "\n";
}

std::string zsh_completion(const std::string& program, const std::vector<CompletedCommand>& commands) {
  std::string list, cases;
  for (const CompletedCommand& command : commands) {
    if (command.name.empty()) continue;
    list += "    '" + command.name + ":" + zsh_text(command.description) + "'\n";
    cases += "      " + command.name + ")\n        _arguments \\\n";
    for (const CompletedOption& option : command.options) cases += zsh_option(option);
    const std::string argument =
        command.choices.empty() ? "_files" : "(" + joined(command.choices, " ") + ")";
    cases += "        '*:argument:" + argument + "' ;;\n";
  }
  return "#compdef " + program + "\n# Save as _" + program + " in a folder of $fpath.\n_" + program +
         "() {\n  local state\n  local -a commands\n  commands=(\n" + list +
         "  )\n"
         "  _arguments -C '1:command:->command' '*::argument:->argument'\n"
         "  case $state in\n"
         "    command) _describe command commands ;;\n"
         "    argument)\n"
         "      case $words[1] in\n" +
         cases + "      esac ;;\n  esac\n}\n_" + program + " \"$@\"\n";
}

std::string fish_completion(const std::string& program, const std::vector<CompletedCommand>& commands) {
  std::string text = "# Load with: " + program + " completion fish | source\n";
  for (const CompletedCommand& command : commands) {
    const std::string condition =
        command.name.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + command.name;
    if (!command.name.empty()) {
      text += "complete -c " + program + " -n __fish_use_subcommand -f -a " + command.name + " -d " +
              quoted(command.description) + "\n";
    }
    for (const CompletedOption& option : command.options) text += fish_option(program, condition, option);
    if (!command.choices.empty()) {
      text += "complete -c " + program + " -n " + quoted(condition) + " -f -a " +
              quoted(joined(command.choices, " ")) + "\n";
    }
  }
  return text;
}

}  // namespace phasescope::tool
