#include "config_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"

namespace phasescope::tool {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 5> kShortNames = {
    {{"--model", "-m"}, {"--prompts", "-p"}, {"--output", "-o"}, {"--batch-tokens", "-b"}, {"--limit", "-L"}}};

bool begins_with(const std::string& text, const std::string& start) { return text.compare(0, start.size(), start) == 0; }

bool names_option(const std::string& argument, const std::string& option) {
  if (argument == option || begins_with(argument, option + "=")) return true;
  const auto is_short_form = [&](const auto& pair) {
    return option == pair.first && begins_with(argument, pair.second) && !begins_with(argument, "--");
  };
  return std::any_of(kShortNames.begin(), kShortNames.end(), is_short_form);
}

std::string text_of(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// One entry of the file as command-line arguments; nothing for null and for flags that are off.
std::vector<std::string> arguments_of(const std::string& option, const Json& value) {
  if (value.is_null() || value == false) return {};
  if (value == true) return {option};
  std::vector<std::string> arguments;
  for (const Json& element : value.is_array() ? value : Json::array({value})) {
    arguments.push_back(option);
    arguments.push_back(text_of(element));
  }
  return arguments;
}

/// Takes -C and its file out of the arguments.
std::optional<std::string> take_config_file(std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (begins_with(arguments[i], "--config=")) {
      const std::string file = arguments[i].substr(std::string("--config=").size());
      arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(i));
      return file;
    }
    if (arguments[i] != "-C" && arguments[i] != "--config") continue;
    if (i + 1 == arguments.size()) throw Error(ExitClass::usage, "--config: no file given");
    const std::string file = arguments[i + 1];
    const auto first = arguments.begin() + static_cast<std::ptrdiff_t>(i);
    arguments.erase(first, first + 2);
    return file;
  }
  return std::nullopt;
}

}  // namespace

void add_config_option(CLI::App& command) {
  command.add_option("-C,--config", "JSON file with options by their long names; what is typed overrides it")->type_name("FILE");
}

std::vector<std::string> expand_config(const std::vector<std::string>& arguments) {
  std::vector<std::string> expanded = arguments;
  const std::optional<std::string> file = take_config_file(expanded);
  if (!file) return arguments;
  const Json config = read_json_file(*file);
  std::vector<std::string> from_file;
  for (const auto& [key, value] : JsonObject(config, *file).json().items()) {
    std::string option = "--" + key;
    std::replace(option.begin(), option.end(), '_', '-');
    const auto is_typed = [&](const std::string& argument) { return names_option(argument, option); };
    if (std::any_of(expanded.begin(), expanded.end(), is_typed)) continue;
    for (std::string& argument : arguments_of(option, value)) from_file.push_back(std::move(argument));
  }
  const auto after_command = expanded.empty() ? expanded.end() : expanded.begin() + 1;
  expanded.insert(after_command, from_file.begin(), from_file.end());
  return expanded;
}

}  // namespace phasescope::tool
