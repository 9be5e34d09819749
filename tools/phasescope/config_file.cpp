#include "config_file.h"

#include <algorithm>
#include <istream>
#include <iterator>
#include <memory>

#include "phasescope/base/json.h"

namespace phasescope::tool {
namespace {

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// CLI11's reader interface over a JSON object.
class JsonConfig : public CLI::Config {
 public:
  std::string to_config(const CLI::App*, bool, bool, std::string) const override { return {}; }

  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override {
    const std::string text{std::istreambuf_iterator<char>(input), std::istreambuf_iterator<char>()};
    const Json config = parse_json(text, "--config");
    std::vector<CLI::ConfigItem> entries;
    for (const auto& [key, value] : JsonObject(config, "--config").json().items()) {
      if (value.is_null()) continue;
      CLI::ConfigItem item;
      item.name = key;
      std::replace(item.name.begin(), item.name.end(), '_', '-');
      if (value.is_array()) {
        for (const Json& element : value) item.inputs.push_back(text_of(element));
      } else {
        item.inputs.push_back(text_of(value));
      }
      entries.push_back(std::move(item));
    }
    return entries;
  }
};

}  // namespace

void use_json_config(CLI::App& command) {
  command.config_formatter(std::make_shared<JsonConfig>());
  command.set_config("-C,--config", "",
                     "JSON file with options by their long names; the command line overrides it");
  command.allow_config_extras(CLI::config_extras_mode::error);
}

}  // namespace phasescope::tool
