#include "phasescope/sweep/sweep_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "phasescope/base/error.h"

namespace phasescope::sweep {
namespace {

/// Options of `run` that the sweep decides itself.
constexpr std::array<const char*, 10> kReserved = {"output", "config",    "dry_run",  "print_config",
                                                   "json",   "overwrite", "progress", "quiet",
                                                   "help",   "version"};

std::string option_name(std::string key) {
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

std::string scalar_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "panel24" and "sets/panel24.jsonl:ct" are both called panel24.
std::string label_of_set(const std::string& set) {
  const std::string file = set.substr(0, set.find(':'));
  return std::filesystem::path(file).stem().string();
}

std::string label_of(const std::string& option, const Json& value) {
  if (value.is_array()) {
    std::string label;
    for (const Json& item : value) label += (label.empty() ? "" : "+") + label_of(option, item);
    return label;
  }
  return option == "prompts" ? label_of_set(scalar_text(value)) : scalar_text(value);
}

class Reader {
 public:
  explicit Reader(const std::filesystem::path& file)
      : document_(read_json_file(file)), root_(document_, file.string()) {
    result_.file = file.string();
  }

  SweepFile read() {
    for (const auto& [key, value] : document_.items()) {
      if (key != "options" && key != "axes" && key != "$schema")
        root_.fail(key, "is no key of a sweep file", "options or axes");
    }
    if (root_.has("options")) read_options(root_.object("options"));
    read_axes(root_.object("axes"));
    require_model();
    return std::move(result_);
  }

 private:
  void refuse_reserved(const JsonObject& object, const std::string& key) const {
    const std::string name = option_name(key);
    if (name == "revision") object.fail(key, "belongs to the model", "org/name@revision among the models");
    if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end())
      object.fail(key, "is decided by the sweep", "an option that changes results");
  }

  void read_options(const JsonObject& options) {
    for (const auto& [key, value] : options.json().items()) {
      refuse_reserved(options, key);
      result_.options[option_name(key)] = value;
    }
  }

  void read_axes(const JsonObject& axes) {
    for (const auto& [key, value] : axes.json().items()) {
      refuse_reserved(axes, key);
      const std::string name = option_name(key);
      if (result_.options.contains(name)) axes.fail(key, "is among the options too", "one of the two");
      for (const Axis& axis : result_.axes)
        if (axis.option == name) axes.fail(key, "is named twice");
      result_.axes.push_back(read_axis(axes, key, name));
    }
  }

  static Axis read_axis(const JsonObject& axes, const std::string& key, const std::string& name) {
    Axis axis{name, {}};
    for (const Json& item : axes.array(key))
      axis.values.push_back(
          read_value(axes, key + "[" + std::to_string(axis.values.size()) + "]", name, item));
    if (axis.values.empty()) axes.fail(key, "is empty", "at least one value");
    return axis;
  }

  static AxisValue read_value(const JsonObject& axes, const std::string& place, const std::string& option,
                              const Json& item) {
    if (!item.is_object()) {
      check_value(axes, place, item);
      return {label_of(option, item), item};
    }
    const JsonObject named(item, axes.file(), axes.field(place));
    for (const auto& [key, value] : item.items()) {
      if (key != "label" && key != "value") named.fail(key, "is no key of an axis value", "label or value");
    }
    if (!named.has("value")) named.fail("value", "missing");
    check_value(axes, place + ".value", item["value"]);
    return {named.text("label"), item["value"]};
  }

  static void check_value(const JsonObject& axes, const std::string& place, const Json& value) {
    if (value.is_null() || value.is_object())
      axes.fail(place, std::string("found ") + value.type_name(), "a text, number, boolean or list of them");
    if (!value.is_array()) return;
    if (value.empty()) axes.fail(place, "is an empty list", "at least one element");
    for (const Json& item : value)
      if (item.is_structured() || item.is_null())
        axes.fail(place, "found a list that holds " + std::string(item.type_name()),
                  "texts, numbers or booleans");
  }

  /// Points that share a model follow each other, so that it is opened once.
  void require_model() {
    const auto models = std::find_if(result_.axes.begin(), result_.axes.end(),
                                     [](const Axis& axis) { return axis.option == "model"; });
    if (models == result_.axes.end()) {
      if (!result_.options.contains("model")) root_.fail("axes.model", "missing", "models to sweep over");
      const Json model = result_.options["model"];
      if (!model.is_string())
        root_.fail("options.model", std::string("found ") + model.type_name(), "a text");
      result_.options.erase("model");
      result_.axes.insert(result_.axes.begin(), Axis{"model", {{model.get<std::string>(), model}}});
      return;
    }
    for (const AxisValue& value : models->values)
      if (!value.value.is_string())
        root_.fail("axes.model", "found " + value.value.dump(), "paths, globs or org/name[@revision]");
    std::rotate(result_.axes.begin(), models, models + 1);
  }

  Json document_;
  JsonObject root_;
  SweepFile result_;
};

}  // namespace

SweepFile read_sweep_file(const std::filesystem::path& file) {
  return Reader(file).read();
}

}  // namespace phasescope::sweep
