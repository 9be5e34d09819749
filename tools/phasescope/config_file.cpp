#include "config_file.h"

#include <algorithm>
#include <string>
#include <vector>

#include "phasescope/base/error.h"
#include "phasescope/base/json.h"

namespace phasescope::tool {
namespace {

[[noreturn]] void refuse(const std::string& file, const std::string& key, const std::string& reason,
                         const std::string& expected = {}) {
  throw Error(ExitClass::usage, {file, key, std::nullopt, reason, expected});
}

CLI::Option& option_of_key(CLI::App& command, const std::string& file, const std::string& key) {
  std::string name = key;
  std::replace(name.begin(), name.end(), '_', '-');
  CLI::Option* option = command.get_option_no_throw("--" + name);
  if (option == nullptr && key.rfind('-', 0) != 0) option = command.get_option_no_throw(name);  // positional
  if (option == nullptr || name == "config" || name == "help")
    refuse(file, key, "is no option of " + command.get_name());
  return *option;
}

std::string text_of(const std::string& file, const std::string& key, const Json& value) {
  if (value.is_structured()) refuse(file, key, std::string("found ") + value.type_name(), "text or a number");
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void set(CLI::Option& option, const std::string& file, const std::string& key, const Json& value) {
  std::vector<std::string> texts;
  for (const Json& item : value.is_array() ? value : Json::array({value}))
    texts.push_back(text_of(file, key, item));
  try {
    option.add_result(texts);
    option.run_callback();
  } catch (const CLI::ParseError& error) {
    const std::string reason = error.what(), name = option.get_name() + ": ";
    refuse(file, key, reason.rfind(name, 0) == 0 ? reason.substr(name.size()) : reason);
  }
}

}  // namespace

void apply_config(CLI::App& command, const Json& config, const std::string& file) {
  for (const auto& [key, value] : JsonObject(config, file).json().items()) {
    CLI::Option& option = option_of_key(command, file, key);
    if (option.count() == 0 && !value.is_null()) set(option, file, key, value);
  }
}

void add_config_option(CLI::App& command) {
  // CLI11 reads configuration files for the whole program only. Callbacks of options run before CLI11 looks
  // for required ones.
  command.add_option_function<std::string>(
      "-C,--config",
      [&command](const std::string& file) { apply_config(command, read_json_file(file), file); },
      "JSON file with options by their long names; the command line overrides it");
}

}  // namespace phasescope::tool
